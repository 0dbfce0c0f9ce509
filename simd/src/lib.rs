//! The kernels of parsimd.
