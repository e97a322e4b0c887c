"""From a file to passages: reading, structure, chunks, index, search. Knows no chat model and no user."""

import os

# onnxruntime sends events to its maker from 1.29 on, from its first session. Its own function to stop that
# comes too late, for one is sent before it can be called; this it looks at first. Nothing leaves the machine.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
