"""The tour: every model on the embedded digits, checked, measured and shown on one page. `npae tour` writes it.

`exhibits` lists what is shown; adding a model is adding one exhibit there. `training` trains and measures, `figures` draws,
`page` writes the page, from the small pieces in `html`, `cards`, `widths`, `table`, `equations` and `style`. What a plate needs
beyond the package's figures is in `kernel_maps`, `codes` and `code_maps`.
"""
