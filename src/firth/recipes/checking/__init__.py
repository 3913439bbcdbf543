"""``firth reproduce cs224n --check FILE``: a student's own functions, judged part by part."""
