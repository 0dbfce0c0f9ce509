"""``import parse`` gives parsimd."""

import parsimd

parsimd.install_as_parse()
