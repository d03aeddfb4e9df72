/* kernels_window.h - the window encoder's layer with fewer multiplications: Winograd's minimal filtering F(2,3) along
 * the tokens (Winograd 1980; Lavin and Gray 2015). Included after kernels_simd.h, as part of the same set.
 *
 * The rows d0 d1 d2 d3 give two outputs of the taps g0 g1 g2 by four products instead of six:
 *   m = (d1 + d2)/2 (g0 + g1 + g2), n = (d2 - d1)/2 (g0 - g1 + g2)
 *   y0 = d0 g0 + d1 g1 + d2 g2 = m + n + (d0 - d2) g0
 *   y1 = d1 g0 + d2 g1 + d3 g2 = m - n + (d3 - d1) g2
 * The taps' sum s = g0 + g1 + g2 is kept; g0 - g1 + g2 = s - 2 g1 is made while it is loaded. */

/* What four rows become, [4][width]: d0 - d2, (d1 + d2)/2, (d2 - d1)/2, d3 - d1. */
INLINE void transform_pair(float *out, const float *d, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        float d1 = d[width + i], d2 = d[2 * width + i];
        out[i] = d[i] - d2;
        out[width + i] = (d1 + d2) * 0.5f;
        out[2 * width + i] = (d2 - d1) * 0.5f;
        out[3 * width + i] = d[3 * width + i] - d1;
    }
}

/* The weights of one tap in the panels, or of all taps. */
typedef struct tap {
    const float *weights; /* [width][PANEL] of the first panel */
    size_t next_panel;
} tap;

INLINE void load_tap(vec *w, int V, tap t, size_t i)
{
    UNROLL
    for (int v = 0; v < V; v++) w[v] = load(t.weights + (size_t)v * t.next_panel + i * PANEL);
}

INLINE void add_product(vec sum[][WIDE], int R, int V, const float *x, size_t ldx, const vec *w)
{
    UNROLL
    for (int r = 0; r < R; r++) UNROLL
    for (int v = 0; v < V; v++) sum[r][v] += x[(size_t)r * ldx] * w[v];
}

/* sum[r][v] += the products of R rows and a tap; less: minus twice the products of another. */
INLINE void add_tap(vec sum[][WIDE], int R, int V, const float *x, size_t ldx, tap t, const tap *less, size_t width)
{
    vec w[WIDE], u[WIDE];
    for (size_t i = 0; i < width; i++) {
        load_tap(w, V, t, i);
        if (less) {
            load_tap(u, V, *less, i);
            UNROLL
            for (int v = 0; v < V; v++) w[v] -= 2.0f * u[v];
        }
        add_product(sum, R, V, x + i, ldx, w);
    }
}

/* The taps of a layer for LANES columns of some panels. */
typedef struct window_weights {
    const float *bias;
    size_t next_panel;
    tap first, middle, last, all;
    size_t width;
} window_weights;

/* The weights of piece p of the block of outputs that begins at column o, from its column at on. */
INLINE window_weights weights_of(const packed_layer *w, const float *taps, size_t o, size_t at, size_t p)
{
    const size_t width = w->nI / 3, next = panel_floats(w), number = o / PANEL * w->nP + p;
    const float *panel = w->panels + number * next + at, *rows = panel + PANEL;
    return (window_weights){.bias = panel,
                            .next_panel = next,
                            .first = {rows, next},
                            .middle = {rows + width * PANEL, next},
                            .last = {rows + 2 * width * PANEL, next},
                            .all = {taps + number * width * PANEL + at, width * PANEL},
                            .width = width};
}

/* Of the pairs of a chunk: the sums of their even and odd rows, V vectors each. They wait here from tap to tap, so that
 * a tap's weights are read from the first-level cache for all pairs but the first ones. */
enum { PAIRS = LANES == 16 ? 8 : 16 };
typedef struct pair_sums {
    vec even[PAIRS][TRIPLE], odd[PAIRS][TRIPLE], best[PAIRS][2];
} pair_sums;

INLINE void take(vec sum[][WIDE], vec kept[][TRIPLE], int R, int V)
{
    UNROLL
    for (int r = 0; r < R; r++) UNROLL
    for (int v = 0; v < V; v++) sum[r][v] = kept[r][v];
}

INLINE void keep(vec kept[][TRIPLE], vec sum[][WIDE], int R, int V)
{
    UNROLL
    for (int r = 0; r < R; r++) UNROLL
    for (int v = 0; v < V; v++) kept[r][v] = sum[r][v];
}

INLINE void keep_best(vec best[][2], int row, vec sum[][WIDE], int R, int V, int is_first)
{
    UNROLL
    for (int r = 0; r < R; r++) {
        vec largest = V == TRIPLE ? larger(larger(sum[r][0], sum[r][1]), sum[r][2]) : sum[r][0];
        best[r][row] = is_first ? largest : larger(best[r][row], largest);
    }
}

/* The four products, one after the other; step says which. k: the first of R pairs. */
INLINE void pair_step(pair_sums *s, int step, size_t k, int R, int V, const float *pairs, const window_weights *g,
                      int is_first)
{
    const size_t width = g->width, ldx = 4 * width;
    const float *x = pairs + k * ldx;
    vec sum[ROWS][WIDE], other[ROWS][WIDE];
    if (step == 0) {
        UNROLL
        for (int v = 0; v < V; v++) {
            vec bias = load(g->bias + (size_t)v * g->next_panel);
            UNROLL
            for (int r = 0; r < R; r++) sum[r][v] = bias;
        }
        add_tap(sum, R, V, x + width, ldx, g->all, NULL, width);
        keep(s->even + k, sum, R, V);
    } else if (step == 1) {
        UNROLL
        for (int r = 0; r < R; r++) UNROLL
        for (int v = 0; v < V; v++) sum[r][v] = (vec){0};
        add_tap(sum, R, V, x + 2 * width, ldx, g->all, &g->middle, width);
        take(other, s->even + k, R, V);
        UNROLL
        for (int r = 0; r < R; r++) UNROLL
        for (int v = 0; v < V; v++) {
            s->even[k + (size_t)r][v] = other[r][v] + sum[r][v];
            s->odd[k + (size_t)r][v] = other[r][v] - sum[r][v];
        }
    } else if (step == 2) {
        take(sum, s->even + k, R, V);
        add_tap(sum, R, V, x, ldx, g->first, NULL, width);
        keep_best(s->best + k, 0, sum, R, V, is_first);
    } else {
        take(sum, s->odd + k, R, V);
        add_tap(sum, R, V, x + 3 * width, ldx, g->last, NULL, width);
        keep_best(s->best + k, 1, sum, R, V, is_first);
    }
}

INLINE void all_pairs(pair_sums *s, int step, size_t count, int V, const float *pairs, const window_weights *g,
                      int is_first)
{
#define PAIR_STEP(R) pair_step(s, step, k, R, V, pairs, g, is_first)
    for (size_t k = 0, block; k < count; k += block) {
        block = rows_of_block(count - k);
        FOR_CONSTANT(block, PAIR_STEP)
    }
}

/* All pairs times V panels from piece p on. */
INLINE void window_pieces(pair_sums *s, size_t count, int V, const float *pairs, const window_weights *g, int is_first)
{
    all_pairs(s, 0, count, V, pairs, g, is_first);
    all_pairs(s, 1, count, V, pairs, g, is_first);
    all_pairs(s, 2, count, V, pairs, g, is_first);
    all_pairs(s, 3, count, V, pairs, g, is_first);
}

static void window_pairs(float *out, size_t count, const float *pairs, const packed_layer *w, const float *taps)
{
    pair_sums s;
    for (size_t o = 0; o < w->nO; o += PANEL)
        for (size_t at = 0; at < PANEL && o + at < w->nO; at += LANES) {
            for (size_t p = 0; p < w->nP; p += w->nP == TRIPLE ? TRIPLE : 1) {
                const window_weights g = weights_of(w, taps, o, at, p);
                if (w->nP == TRIPLE) window_pieces(&s, count, TRIPLE, pairs, &g, 1);
                else window_pieces(&s, count, 1, pairs, &g, p == 0);
            }
            for (size_t k = 0; k < count; k++)
                for (size_t row = 0; row < 2; row++)
                    put_outputs(out + (2 * k + row) * w->nO + o + at, s.best[k][row], w->nO - o - at);
        }
}

static void simd_window_maxout(float *out, const float *X, const packed_layer *w, const float *taps, size_t m,
                               float *room)
{
    const size_t width = w->nI / 3;
    for (size_t left = m / 2, pairs; left > 0; left -= pairs, X += 2 * pairs * width, out += 2 * pairs * w->nO) {
        pairs = left < PAIRS ? left : PAIRS;
        for (size_t r = 0; r < pairs; r++) transform_pair(room + r * 4 * width, X + 2 * r * width, width);
        window_pairs(out, pairs, room, w, taps);
    }
    if (m % 2) affine_maxout_rows(out, X, width, w, 1);
}

static void simd_window_taps(float *taps, const packed_layer *w)
{
    const size_t floats = w->nI / 3 * PANEL;
    const float *panel = w->panels;
    for (size_t p = 0; p < layer_panels(w); p++, panel += panel_floats(w), taps += floats) {
        const float *g0 = panel + PANEL, *g1 = g0 + floats, *g2 = g1 + floats;
        for (size_t i = 0; i < floats; i += LANES) store(taps + i, load(g0 + i) + load(g1 + i) + load(g2 + i));
    }
}
