/* edit_distance.c - Levenshtein's distance of two str (spacy/matcher/levenshtein.pyx). */
#include "tern_python.h"

#include <stdlib.h>

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Cells of the table that lie within most edits of its diagonal; most + 1 stands for any greater distance. row: [m + 1]
 */
static size_t banded(const Py_UCS4 *a, size_t n, const Py_UCS4 *b, size_t m, size_t most, size_t *row)
{
    const size_t far = most + 1;
    for (size_t j = 0; j <= m; j++) row[j] = least(j, far);
    for (size_t i = 1; i <= n; i++) {
        const size_t first = i > most ? i - most : 1, last = i > m || m - i < most ? m : i + most;
        size_t diagonal = row[first - 1];
        row[first - 1] = first == 1 ? least(i, far) : far;
        size_t best = row[first - 1];
        for (size_t j = first; j <= last; j++) {
            const size_t above = row[j], replaced = diagonal + (a[i - 1] != b[j - 1]);
            row[j] = least(far, least(replaced, least(above, row[j - 1]) + 1));
            best = least(best, row[j]);
            diagonal = above;
        }
        if (best > most || (i % 1024 == 0 && PyErr_CheckSignals())) return far;
    }
    return row[m];
}

static size_t distance(PyObject *a, PyObject *b, size_t most)
{
    size_t found = SIZE_MAX;
    const size_t n = (size_t)PyUnicode_GetLength(a), m = (size_t)PyUnicode_GetLength(b);
    if ((n > m ? n - m : m - n) > most) return most + 1;
    Py_UCS4 *left = PyUnicode_AsUCS4Copy(a), *right = left ? PyUnicode_AsUCS4Copy(b) : NULL;
    size_t *row = right ? malloc((m + 1) * sizeof *row) : NULL;
    if (row) found = banded(left, n, right, m, most, row);
    else if (!PyErr_Occurred()) PyErr_NoMemory();
    free(row);
    PyMem_Free(right);
    PyMem_Free(left);
    return found;
}

PyObject *python_edit_distance(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *a = NULL, *b = NULL;
    Py_ssize_t most = -1;
    if (!PyArg_ParseTuple(args, "UU|n:edit_distance", &a, &b, &most)) return NULL;
    const size_t longer = (size_t)PyUnicode_GetLength(a) + (size_t)PyUnicode_GetLength(b);
    size_t found = distance(a, b, most < 0 ? longer : least((size_t)most, longer));
    if (PyErr_Occurred()) return NULL;
    return PyLong_FromSize_t(found);
}
