"""Tests of ci/modules.py and of the order of rooms in ci/rules.py, on small crates."""

import tempfile
import unittest
from pathlib import Path

import rules
from modules import Crate, circles


def edges(**files):
    """The edges of a crate with these files: `a__b="…"` is a/b.rs."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name.replace("__", "/") + ".rs")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Crate(folder).edges()


def pairs(**files):
    return {f"{edge.source} -> {edge.target}" for edge in edges(**files)}


class Edges(unittest.TestCase):
    def test_mod_declarations_are_no_edges(self):
        self.assertEqual(pairs(lib="mod a; pub mod b;", a="", b=""), set())

    def test_each_leaf_of_nested_braces_is_an_edge(self):
        found = pairs(
            lib="mod a; mod b; mod c;",
            a="use crate::{b::{B, inner::{self, I}}, c as other};\nfn f() -> other::C {}",
            b="pub struct B; pub mod inner { pub struct I; }",
            c="pub struct C;",
        )
        self.assertEqual(found, {"a.rs -> b.rs", "a.rs -> c.rs"})

    def test_a_path_in_code_is_an_edge_without_a_use(self):
        found = pairs(
            lib="mod a; mod b; mod c; fn f() { b::g::<u8>(b'\\''); }",
            a="fn f<'a>(x: &'a str) { let _ = '\"'; crate::c::C::new(x); }",
            b="pub fn g() {}",
            c="pub struct C;",
        )
        self.assertEqual(found, {"lib.rs -> b.rs", "a.rs -> c.rs"})

    def test_a_glob_through_a_glob_is_an_edge_to_the_definition(self):
        found = pairs(lib="mod a; mod p; mod b;", a="use crate::p::*;\nfn f(_: B) {}", p="pub use crate::b::*;", b="pub struct B;")
        self.assertEqual(found, {"a.rs -> b.rs"})

    def test_code_for_tests_or_for_a_feature_counts(self):
        found = pairs(lib="mod a; mod b;", a='#[cfg(any(test, feature = "x"))] use crate::b::B;\nfn f(_: B) {}', b="pub struct B;")
        self.assertEqual(found, {"a.rs -> b.rs"})

    def test_comments_and_strings_have_no_edges(self):
        text = """// use crate::b::B;
        /* use crate::b::B; /* crate::b::B */ crate::b::B */
        /// [`crate::b::B`]
        fn f() { "crate::b::B"; r#"crate::b::"B" "#; b"\\"crate::b::B"; }"""
        self.assertEqual(pairs(lib="mod a; mod b;", a=text, b="pub struct B;"), set())

    def test_tests_do_not_count(self):
        found = pairs(
            lib="mod a; mod b; #[cfg(test)] mod tests;",
            a="""
            #[cfg(test)] use crate::b::B;
            #[cfg(test)] mod tests { use crate::b::B; }
            #[cfg(all(test, unix))] fn f() { crate::b::B; }
            struct S { #[cfg(test)] b: crate::b::B, c: u8 }
            impl S { #[cfg(test)] fn b(&self) -> crate::b::B { B } fn c() {} }
            """,
            b="pub struct B;",
            tests="mod deep; use crate::a::A;",
            tests__deep="use crate::b::B;",
        )
        self.assertEqual(found, set())

    def test_what_is_not_a_test_alone_counts(self):
        found = pairs(lib="mod a; mod b;", a="#[cfg(not(test))] use crate::b::B;", b="pub struct B;")
        self.assertEqual(found, {"a.rs -> b.rs"})

    def test_code_after_an_item_that_is_skipped_is_read(self):
        found = pairs(
            lib="mod a; mod b;",
            a="#[cfg(test)] const X: [u8; 2] = [1; 2];\n#[cfg(test)] mod t { fn f() {} }\nuse super::b::B;",
            b="pub struct B;",
        )
        self.assertEqual(found, {"a.rs -> b.rs"})

    def test_an_item_of_the_parent_is_an_edge_to_the_parents_file(self):
        found = pairs(lib="mod a;", a__mod="mod x; mod inner { } pub struct A;", a__x="use super::A; fn f(_: A) {}")
        self.assertEqual(found, {"a/x.rs -> a/mod.rs"})

    def test_a_glob_is_an_edge_for_the_names_that_are_used(self):
        found = pairs(
            lib="mod a; mod b;", a="use crate::b::*; fn f() -> B {}", b="mod c; pub use c::C; pub struct B;", b__c="pub struct C;"
        )
        self.assertEqual(found, {"a.rs -> b.rs"})

    def test_other_crates_are_no_edges(self):
        self.assertEqual(pairs(lib="mod a; mod fmt;", a="use std::fmt; fn f() -> fmt::Result {}", fmt=""), set())


class ReExports(unittest.TestCase):
    def test_a_re_export_leads_to_the_file_that_defines_the_item(self):
        found = pairs(
            lib="mod a; mod b; pub use b::C;",
            a="use crate::{C, b::D as E};",
            b__mod="mod c; mod d; pub(crate) use c::C; pub(super) use self::d::*;",
            b__c="pub struct C;",
            b__d="pub struct D;",
        )
        self.assertEqual(found, {"a.rs -> b/c.rs", "a.rs -> b/d.rs"})

    def test_a_mod_rs_that_only_re_exports_makes_no_circle(self):
        found = edges(
            lib="mod b;",
            b__mod="mod c; mod d; pub(crate) use c::C; pub(crate) use d::D;",
            b__c="use super::D; pub struct C(D);",
            b__d="pub struct D;",
        )
        self.assertEqual([(edge.source, edge.target) for edge in found], [("b/c.rs", "b/d.rs")])
        self.assertEqual(circles(found), [])

    def test_a_mod_rs_that_needs_what_it_re_exports_is_in_the_circle(self):
        found = edges(lib="mod b;", b__mod="mod c; pub use c::C; pub struct B(C);", b__c="use super::B; pub struct C;")
        self.assertEqual([len(circle) for circle in circles(found)], [2])

    def test_re_exports_of_each_other_end(self):
        # No compiler takes it; it is looked at all the same.
        edges(lib="mod a; mod b;", a="pub use crate::b::X;", b="pub use crate::a::X; fn f() -> X {}")


class Circles(unittest.TestCase):
    def test_two_files(self):
        found = circles(edges(lib="mod a; mod b; mod c;", a="use crate::b::B; struct A;", b="use crate::a::A; use crate::c::C; struct B;", c="struct C;"))
        self.assertEqual([[edge.source for edge in circle] for circle in found], [["a.rs", "b.rs"]])

    def test_three_files_through_super(self):
        found = circles(
            edges(
                lib="mod r;",
                r__mod="mod a; mod b; mod c;",
                r__a="use super::b::B; struct A;",
                r__b="use super::{c::{C}}; struct B;",
                r__c="struct C; fn f() { super::a::A }",
            )
        )
        self.assertEqual([[edge.source for edge in circle] for circle in found], [["r/a.rs", "r/b.rs", "r/c.rs"]])

    def test_a_diamond_is_none(self):
        files = {"a": "use crate::{b::B, c::C}; struct A;", "b": "use crate::d::D; struct B;", "c": "use crate::d::D; struct C;", "d": "struct D;"}
        self.assertEqual(circles(edges(lib="mod a; mod b; mod c; mod d;", **files)), [])


class Order(unittest.TestCase):
    def found(self, **files):
        rooms = "".join(f"mod {name.split('__')[0]};" for name in files)
        return list(rules.against_the_order(edges(lib=rooms, **files)))

    def test_a_later_room_may_import_an_earlier_one(self):
        self.assertEqual(self.found(scan="use crate::plan::Plan;", plan="use crate::error::Error; struct Plan;", error="struct Error;"), [])

    def test_an_earlier_room_may_not_import_a_later_one(self):
        found = self.found(scan="struct Scan;", plan="\nuse crate::scan::Scan;")
        self.assertEqual(found, ["src/plan.rs:2: plan may not import scan (Scan of scan.rs)"])

    def test_a_re_export_hides_nothing(self):
        found = self.found(scan="pub use crate::plan::Plan;", plan="struct Plan;", input="use crate::scan::Plan;")
        self.assertEqual(found, ["src/input.rs:1: input may not import plan (Plan of plan.rs)"])

    def test_of_some_rooms_only_some_items_may_be_imported(self):
        found = self.found(pattern="enum ValueKind {} struct Align;", batch="use crate::pattern::{ValueKind, Align};")
        self.assertEqual(len(found), 1)
        self.assertIn("not Align", found[0])

    def test_a_new_room_has_to_be_in_the_table(self):
        self.assertIn("no room is called attic", self.found(error="struct Error;", attic="use crate::error::Error;")[0])

    def test_each_room_of_the_table_imports_only_rooms_before_it(self):
        names = list(rules.ROOMS)
        for at, (name, imports) in enumerate(rules.ROOMS.items()):
            self.assertLessEqual(set(imports), set(names[:at]), name)


if __name__ == "__main__":
    unittest.main()
