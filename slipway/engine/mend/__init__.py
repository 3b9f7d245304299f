"""Corrections of MiniStack, one module a service; each exposes `apply()`, called before serving."""
