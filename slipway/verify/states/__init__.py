"""State machines as their templates make them: structure, expressions, and whether what a state reads was written.

| module | what it does |
| --- | --- |
| `machines` | finds the definitions of templates and fills in their substitutions |
| `shapes` | what is known of a value: its fields, or nothing |
| `expressions` | what an expression of JSONata reads, and the shape of what it gives |
| `results` | what a task answers, as far as its API's model says |
| `written` | follows every path through a definition, and names reads of what no state before wrote |

Structure, syntax and targets are looked at by what the engine refuses definitions with, in AWS's words
(`slipway.engine.services.stepfunctions.definition`).
"""
