/* kernels_window.h - the window encoder's layer with half the multiplications: Winograd's minimal filtering F(4,3)
 * along the tokens (Winograd 1980; Lavin and Gray 2015). Included after kernels_simd.h, as part of the same set.
 *
 * Six rows d0 ... d5 give four outputs of the taps g0 g1 g2 by six products instead of twelve. The taps are the
 * polynomial g0 + g1 z + g2 z^2; rows and taps are taken to its values at the points z = 0, P, -P, Q, -Q and infinity,
 * multiplied there, and the outputs made of the products:
 *   y_j = sum over z of z^j (g0 + g1 z + g2 z^2) (what the rows are at z), and y_3 has that at infinity, too.
 * What is rounded depends on the points: with 5/8 and 3/2 it is less than a third of what 1 and 2 leave. */
enum { POINT_ZERO, POINT_P, POINT_MINUS_P, POINT_Q, POINT_MINUS_Q, POINT_INFINITY };
#define P 0.625f
#define Q 1.5f
#define PP (P * P)
#define QQ (Q * Q)

/* FOURS_AT_ONCE: fours that are summed together, as the registers allow. SPLIT: sums of every SPLIT-th input, where the
 * fours alone do not hide the latency of a sum. FEWEST: rows below which the plain product is faster. VECTORS: of a
 * panel's columns. */
#if LANES == 16
#define FOURS_AT_ONCE 8
enum { SPLIT = 2, FEWEST = 24 };
#elif LANES == 8
#define FOURS_AT_ONCE 6
enum { SPLIT = 1, FEWEST = 14 };
#elif ROWS == 8
#define FOURS_AT_ONCE 6
enum { SPLIT = 1, FEWEST = 9 };
#else
#define FOURS_AT_ONCE 3
enum { SPLIT = 1, FEWEST = 9 };
#endif
enum { VECTORS = PANEL / LANES, CACHE_LINE = 64 };

/* Inputs that are summed before their sum joins the others: shorter sums are rounded less, which pays for what the
 * transforms round. */
#define PART ((size_t)32)

/* ---- rows and taps at the points --------------------------------------------------------------------------------- */

/* x[point * next + R * i] = input i of the rows d[0] ... d[5] at the point, by what the taps' value is to be divided
 * by. */
INLINE void transform_four(float *x, size_t next, int R, const float *const *d, size_t width)
{
    for (size_t i = 0; i < width; i++, x += R) {
        float even_p = (d[4][i] - QQ * d[2][i]) * (0.5f / (PP * (PP - QQ)));
        float odd_p = (d[3][i] - QQ * d[1][i]) * (0.5f / (P * (PP - QQ)));
        float even_q = (d[4][i] - PP * d[2][i]) * (0.5f / (QQ * (QQ - PP)));
        float odd_q = (d[3][i] - PP * d[1][i]) * (0.5f / (Q * (QQ - PP)));
        x[POINT_ZERO * next] = d[0][i] + (d[4][i] - (PP + QQ) * d[2][i]) * (1.0f / (PP * QQ));
        x[POINT_P * next] = even_p + odd_p;
        x[POINT_MINUS_P * next] = even_p - odd_p;
        x[POINT_Q * next] = even_q + odd_q;
        x[POINT_MINUS_Q * next] = even_q - odd_q;
        x[POINT_INFINITY * next] = d[5][i] - (PP + QQ) * d[3][i] + PP * QQ * d[1][i];
    }
}

/* A block of R fours, the first of which begins at row X: x[point * next][width][R]. Rows from left on are zero. */
INLINE void transform_block(float *x, size_t next, int R, const float *X, size_t left, const float *zeros, size_t width)
{
    for (int r = 0; r < R; r++) {
        const float *d[WINDOW_POINTS];
        for (size_t j = 0; j < WINDOW_POINTS; j++) {
            const size_t row = 4 * (size_t)r + j;
            d[j] = row < left ? X + row * width : zeros;
        }
        transform_four(x + r, next, R, d, width);
    }
}

/* at[width][PANEL] = a panel's taps at the point z, and after them those at -z. */
INLINE void transform_taps(float *at, const float *panel, size_t width, float z)
{
    const size_t floats = width * PANEL;
    const float *g0 = panel + PANEL, *g1 = g0 + floats, *g2 = g1 + floats;
    for (size_t i = 0; i < floats; i += LANES) {
        vec ends = load(g0 + i) + z * z * load(g2 + i), middle = load(g1 + i);
        store(at + i, ends + z * middle);
        store(at + floats + i, ends - z * middle);
    }
}

/* ---- products ---------------------------------------------------------------------------------------------------- */

INLINE void add_input(vec sum[][VECTORS], int R, const float *x, const float *weights)
{
    vec w[VECTORS];
    UNROLL
    for (int v = 0; v < VECTORS; v++) w[v] = load(weights + v * LANES);
    UNROLL
    for (int r = 0; r < R; r++) UNROLL
    for (int v = 0; v < VECTORS; v++) sum[r][v] += x[r] * w[v];
}

/* sum[r][v] = the sums of count inputs: x[count][R] times weights[count][PANEL]. */
INLINE void sum_part(vec sum[][VECTORS], int R, const float *x, const float *weights, size_t count)
{
    vec split[SPLIT][FOURS_AT_ONCE][VECTORS];
    size_t i = 0;
    UNROLL
    for (int s = 0; s < SPLIT; s++) UNROLL
    for (int r = 0; r < R; r++) UNROLL
    for (int v = 0; v < VECTORS; v++) split[s][r][v] = (vec){0};
    for (; i + SPLIT <= count; i += SPLIT) {
        UNROLL
        for (int s = 0; s < SPLIT; s++, x += R, weights += PANEL) add_input(split[s], R, x, weights);
    }
    for (; i < count; i++, x += R, weights += PANEL) add_input(split[0], R, x, weights);
    UNROLL
    for (int r = 0; r < R; r++) UNROLL
    for (int v = 0; v < VECTORS; v++) sum[r][v] = SPLIT == 2 ? split[0][r][v] + split[SPLIT - 1][r][v] : split[0][r][v];
}

/* at[r][v] = the product of R fours and a panel's taps at a point. */
INLINE void sum_block(vec at[][VECTORS], int R, const float *x, const float *weights, size_t width)
{
    size_t part = width % PART ? width % PART : PART;
    sum_part(at, R, x, weights, part);
    for (size_t i = part; i < width; i += PART) {
        vec sum[FOURS_AT_ONCE][VECTORS];
        sum_part(sum, R, x + i * (size_t)R, weights + i * PANEL, PART);
        UNROLL
        for (int r = 0; r < R; r++) UNROLL
        for (int v = 0; v < VECTORS; v++) at[r][v] += sum[r][v];
    }
}

/* Blocks of nearly the same size. */
INLINE size_t fours_of_block(size_t fours)
{
    size_t blocks = (fours + FOURS_AT_ONCE - 1) / FOURS_AT_ONCE;
    return (fours + blocks - 1) / blocks;
}

#if FOURS_AT_ONCE == 8
#define FOR_FOURS(R, DO)                                                                                               \
    switch (R) {                                                                                                       \
        CASE(1, DO) CASE(2, DO) CASE(3, DO) CASE(4, DO) CASE(5, DO) CASE(6, DO) CASE(7, DO) default : DO(8);           \
    }
#elif FOURS_AT_ONCE == 6
#define FOR_FOURS(R, DO)                                                                                               \
    switch (R) {                                                                                                       \
        CASE(1, DO) CASE(2, DO) CASE(3, DO) CASE(4, DO) CASE(5, DO) default : DO(6);                                   \
    }
#else
#define FOR_FOURS(R, DO)                                                                                               \
    switch (R) {                                                                                                       \
        CASE(1, DO) CASE(2, DO) default : DO(3);                                                                       \
    }
#endif

/* at[four][v] = the products of all fours and a panel's taps at a point. x[fours][width] in blocks. */
static void sum_fours(vec at[][VECTORS], size_t fours, const float *x, const float *weights, size_t width)
{
#define SUM_BLOCK(R) sum_block(at, R, x, weights, width)
    for (size_t block; fours > 0; fours -= block, at += block, x += block * width) {
        block = fours_of_block(fours);
        FOR_FOURS(block, SUM_BLOCK)
    }
}

/* ---- outputs ----------------------------------------------------------------------------------------------------- */

typedef struct window_sums {
    vec at[WINDOW_POINTS][WINDOW_FOURS][VECTORS];
    vec best[4 * WINDOW_FOURS][VECTORS];
} window_sums;

INLINE void keep_larger(vec *best, vec sum, int is_first) { *best = is_first ? sum : larger(*best, sum); }

/* The outputs of one panel, from what there is at the points. */
static void combine_points(window_sums *s, size_t fours, const float *bias, int is_first)
{
    for (size_t k = 0; k < fours; k++) UNROLL
    for (int v = 0; v < VECTORS; v++) {
        vec even_p = s->at[POINT_P][k][v] + s->at[POINT_MINUS_P][k][v];
        vec odd_p = s->at[POINT_P][k][v] - s->at[POINT_MINUS_P][k][v];
        vec even_q = s->at[POINT_Q][k][v] + s->at[POINT_MINUS_Q][k][v];
        vec odd_q = s->at[POINT_Q][k][v] - s->at[POINT_MINUS_Q][k][v];
        vec b = load(bias + v * LANES);
        keep_larger(&s->best[4 * k][v], b + (s->at[POINT_ZERO][k][v] + (even_p + even_q)), is_first);
        keep_larger(&s->best[4 * k + 1][v], b + (P * odd_p + Q * odd_q), is_first);
        keep_larger(&s->best[4 * k + 2][v], b + (PP * even_p + QQ * even_q), is_first);
        keep_larger(&s->best[4 * k + 3][v], b + (P * PP * odd_p + (Q * QQ * odd_q + s->at[POINT_INFINITY][k][v])),
                    is_first);
    }
}

/* x: fours at each point, next floats from point to point. taps: room for those at z and -z. */
static void window_panel(window_sums *s, size_t fours, const float *x, size_t next, const float *panel, float *taps,
                         size_t width, int is_first)
{
    const float *first = panel + PANEL, *last = first + 2 * width * PANEL, *minus = taps + width * PANEL;
    sum_fours(s->at[POINT_ZERO], fours, x + POINT_ZERO * next, first, width);
    sum_fours(s->at[POINT_INFINITY], fours, x + POINT_INFINITY * next, last, width);
    transform_taps(taps, panel, width, P);
    sum_fours(s->at[POINT_P], fours, x + POINT_P * next, taps, width);
    sum_fours(s->at[POINT_MINUS_P], fours, x + POINT_MINUS_P * next, minus, width);
    transform_taps(taps, panel, width, Q);
    sum_fours(s->at[POINT_Q], fours, x + POINT_Q * next, taps, width);
    sum_fours(s->at[POINT_MINUS_Q], fours, x + POINT_MINUS_Q * next, minus, width);
    combine_points(s, fours, panel, is_first);
}

static void put_rows(float *out, window_sums *s, size_t m, size_t nO, size_t o)
{
    for (size_t row = 0; row < m; row++)
        for (size_t v = 0; v < VECTORS && o + v * LANES < nO; v++)
            put_outputs(out + row * nO + o + v * LANES, s->best[row][v], nO - o - v * LANES);
}

/* m rows of the layer, m + 2 rows of X; the last four may be one of two or three rows. */
static void window_fours(float *out, const float *X, const packed_layer *w, size_t m, float *room)
{
    const size_t width = w->nI / 3, fours = (m + 3) / 4, next = fours * width;
    float *taps = room + (CACHE_LINE - (uintptr_t)room % CACHE_LINE) % CACHE_LINE / sizeof *room;
    float *zeros = taps + 2 * width * PANEL, *x = zeros + width;
    window_sums s;
    memset(zeros, 0, width * sizeof *zeros);
#define TRANSFORM_BLOCK(R) transform_block(x + k * width, next, R, X + 4 * k * width, m + 2 - 4 * k, zeros, width)
    for (size_t k = 0, block; k < fours; k += block) {
        block = fours_of_block(fours - k);
        FOR_FOURS(block, TRANSFORM_BLOCK)
    }
    for (size_t p = 0; p < layer_panels(w); p++) {
        window_panel(&s, fours, x, next, w->panels + p * panel_floats(w), taps, width, p % w->nP == 0);
        if (p % w->nP == w->nP - 1) put_rows(out, &s, m, w->nO, p / w->nP * PANEL);
    }
}

static void simd_window_maxout(float *out, const float *X, const packed_layer *w, size_t m, float *room)
{
    const size_t width = w->nI / 3, alone = m < FEWEST ? m : m % 4 == 1;
    if (alone < m) window_fours(out, X, w, m - alone, room);
    if (alone) simd_affine_maxout(out + (m - alone) * w->nO, X + (m - alone) * width, width, w, alone);
}
