"""Reads packed layers (engine/kernels/kernels.h) back, number by number: written apart from the converter's own packing."""

from __future__ import annotations

import numpy as np

PANEL = 16


def unpacked(panels: np.ndarray, outputs: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights [outputs][pieces][inputs] and bias [outputs][pieces] of panels [blocks][pieces][1 + inputs][16].

    Columns beyond the outputs must be zero.
    """
    blocks, pieces, rows, width = panels.shape
    assert width == PANEL and blocks == (outputs + PANEL - 1) // PANEL
    columns = np.zeros((outputs, pieces, rows), dtype=np.float32)
    for output in range(outputs):
        for piece in range(pieces):
            columns[output, piece] = panels[output // PANEL, piece, :, output % PANEL]
    assert np.count_nonzero(panels) == np.count_nonzero(columns), "a column beyond the outputs is not zero"
    return columns[:, :, 1:], columns[:, :, 0]
