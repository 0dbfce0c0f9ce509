//! Python face of parsimd.
