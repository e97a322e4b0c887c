"""Baselines: what others' shortest pipelines do with the same documents, cases and embedding.

One file each. A framework is imported when its baseline is built and not before:
the extra ``baselines`` brings them.
"""
