"""How files appear whole, where things are kept, what is cleaned up."""
