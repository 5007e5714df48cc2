"""The API described: one table of operations becomes the OpenAPI document and the page /docs."""
