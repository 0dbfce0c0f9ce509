import unittest

import vectors

DISASSEMBLY = """
0000000000001000 <parsimd_simd::isa::x86::avx2::walk>:
    1000:\tvpcmpeqb %ymm0,%ymm1,%ymm2
    1004:\tret
0000000000001010 <parsimd::scan::matching::Matching::run>:
    1010:\tverr   %ax
    1014:\tmovdqa %xmm0,%xmm1
    1018:\tcall   1000 <parsimd_simd::isa::x86::avx2::walk>
"""


class Vectors(unittest.TestCase):
    def strays(self, text):
        return vectors.strays(text.splitlines())

    def test_vectors_where_they_may_be_are_counted(self):
        self.assertEqual(self.strays(DISASSEMBLY), ({}, 1))

    def test_vectors_anywhere_else_are_found(self):
        for instruction in ["vmovdqu %xmm0,(%rdi)", "vzeroupper", "kmovq  %k1,%rax", "vpternlogd $0x1,%zmm0,%zmm1,%zmm2"]:
            found, _ = self.strays(DISASSEMBLY.replace("movdqa %xmm0,%xmm1", instruction))
            self.assertEqual(found, {"parsimd::scan::matching::Matching::run": instruction})

    def test_a_function_of_a_like_name_is_not_allowed(self):
        found, _ = self.strays(DISASSEMBLY.replace("<parsimd_simd::isa", "<other::parsimd_simd::isa"))
        self.assertEqual(list(found), ["other::parsimd_simd::isa::x86::avx2::walk"])


if __name__ == "__main__":
    unittest.main()
