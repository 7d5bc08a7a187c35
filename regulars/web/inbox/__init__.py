"""The inbox: conversation list, thread, composer, contact panel.

``view_models`` builds what the templates show from model rows, a batch at a time; ``fragments`` renders single
rows and messages for the live screens from the same templates.
"""
