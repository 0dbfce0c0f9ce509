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

    def test_an_instruction_that_the_cpu_was_not_asked_for_is_found_in_a_function_of_vectors(self):
        cases = {"isa::x86::avx2::walk": ["vpcmpeqb %zmm0,%zmm1,%k1", "vmovdqa64 %ymm17,%ymm1", "vpopcntq %ymm1,%ymm2"]}
        cases["columns::integer_stats_avx512"] = ["vpopcntq %zmm1,%zmm2", "vpermb %zmm1,%zmm2,%zmm3", "vgf2p8affineqb $0x0,%zmm1,%zmm2,%zmm3"]
        for function, instructions in cases.items():
            for instruction in instructions:
                text = DISASSEMBLY.replace("isa::x86::avx2::walk", function).replace("vpcmpeqb %ymm0,%ymm1,%ymm2", instruction)
                self.assertEqual(self.strays(text)[0], {f"parsimd_simd::{function}": instruction})
        for instruction in ["vpcompressb %zmm1,%zmm2{%k1}", "vpermd %zmm1,%zmm2,%zmm3", "popcnt %rax,%rcx"]:
            text = DISASSEMBLY.replace("avx2::walk", "avx512::walk").replace("vpcmpeqb %ymm0,%ymm1,%ymm2", instruction)
            self.assertEqual(self.strays(text)[0], {})


if __name__ == "__main__":
    unittest.main()
