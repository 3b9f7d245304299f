"""An embedded AWS for CI/CD bundles; `docs/engine.md` explains it to the person who adds to it."""
