"""Three versions of one thing become one: what was there, what we made of it, what the package makes of it now.

Text is merged by lines, YAML, TOML and JSON by key. Nothing is ever written with conflict markers in it: where both
sides changed the same thing to something different, ours stays and the difference is told.
"""
