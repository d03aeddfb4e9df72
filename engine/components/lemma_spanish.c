/* lemma_spanish.c - lemmas of Spanish (lang/es/lemmatizer.py). They depend on the text, POS, MORPH and the sentence
 * start. */
#include "lemma_kinds.h"
#include "lemma_tables.h"
#include "string_store.h"
#include "utf8.h"
#include "word_set.h"

#include <string.h>

/* The lists of lemmatizer/lists whose number is fixed. */
enum {
    LIST_ADVERBS = 0,
    LIST_DET,
    LIST_PRON,
    LIST_FIXED,
    LIST_GENERAL,
    LIST_NUM,
    LIST_VOWELS,
    LIST_DIPHTHONGS,
    LIST_ACCENTS
};

/* Columns of the table lemmatizer/groups. */
enum { GROUP_POS = 0, GROUP_LIST, GROUP_FEATURE, GROUP_FEATURES, GROUP_COLUMNS };

#define MAX_PRONOUNS 4

typedef struct piece {
    const unsigned char *bytes;
    size_t len;
} piece;

typedef struct spanish {
    const tern_model *model;
    const char *morph;
    lemma_word part; /* the tables of the word's part of speech; its index is asked */
    buffer *scratch; /* [LEMMA_SCRATCH] */
    /* bytes that replacing may make of the word; a table that doubles it again and again counts as out of memory */
    size_t longest;
    int out_of_memory;
} spanish;

/* What the scratch buffers hold. */
enum { CANDIDATE = 0, VARIANT, STRIPPED, JOINED };

/* ---- pieces ------------------------------------------------------------------------------------------------------ */

static piece string_piece(const spanish *s, uint32_t number)
{
    size_t len;
    const char *text = string_get(s->model, number, &len);
    return (piece){(const unsigned char *)text, len};
}

static int equal(piece a, piece b) { return a.len == b.len && !memcmp(a.bytes, b.bytes, a.len); }

static int ends_with(piece word, piece end)
{
    return word.len >= end.len && !memcmp(word.bytes + word.len - end.len, end.bytes, end.len);
}

/* Length of part before the first `what` in word, at or after from; word.len if it is not there. */
static size_t find(piece word, piece what, size_t from)
{
    for (size_t at = from; at + what.len <= word.len; at++)
        if (!memcmp(word.bytes + at, what.bytes, what.len)) return at;
    return word.len;
}

/* Joins three pieces in a scratch buffer, of which none of them may be. An empty piece when out of memory. */
static piece join(spanish *s, int into, piece a, piece b, piece c)
{
    buffer *out = &s->scratch[into];
    size_t len = a.len + b.len + c.len;
    if (buffer_reserve(out, len + 1, 1)) {
        s->out_of_memory = 1;
        return (piece){(const unsigned char *)"", 0};
    }
    unsigned char *bytes = out->data;
    memcpy(bytes, a.bytes, a.len);
    memcpy(bytes + a.len, b.bytes, b.len);
    memcpy(bytes + a.len + b.len, c.bytes, c.len);
    return (piece){bytes, len};
}

/* The word with the occurrence of old at `at` replaced. */
static piece replace_at(spanish *s, int into, piece word, size_t at, piece old, piece new)
{
    piece rest = {word.bytes + at + old.len, word.len - at - old.len};
    return join(s, into, (piece){word.bytes, at}, new, rest);
}

#define NOWHERE SIZE_MAX

/* The first occurrence at or after from. The empty piece occurs at the beginning, between all characters and at the
 * end. */
static size_t occurrence(piece word, piece old, size_t from)
{
    if (from > word.len) return NOWHERE;
    size_t at = old.len ? find(word, old, from) : from;
    return at == word.len && old.len ? NOWHERE : at;
}

static size_t next_occurrence(piece word, piece old, size_t at)
{
    size_t from = at + old.len;
    if (!old.len) do
            from++;
        while (from < word.len && utf8_continues(word.bytes[from]));
    return occurrence(word, old, from);
}

/* re.sub without a pattern: every occurrence. May return the word itself, which must not be in the buffer. */
static piece replace_all(spanish *s, int into, piece word, piece old, piece new)
{
    buffer *out = &s->scratch[into];
    size_t count = 0, len = 0, copied = 0;
    for (size_t at = occurrence(word, old, 0); at != NOWHERE; at = next_occurrence(word, old, at)) count++;
    if (!count) return word;
    size_t total = word.len - count * old.len + count * new.len;
    if (total > s->longest || buffer_reserve(out, total + 1, 1)) {
        s->out_of_memory = 1;
        return word;
    }
    unsigned char *bytes = out->data;
    for (size_t at = occurrence(word, old, 0); at != NOWHERE; at = next_occurrence(word, old, at)) {
        memcpy(bytes + len, word.bytes + copied, at - copied);
        len += at - copied;
        memcpy(bytes + len, new.bytes, new.len);
        len += new.len;
        copied = at + old.len;
    }
    memcpy(bytes + len, word.bytes + copied, word.len - copied);
    return (piece){bytes, len + word.len - copied};
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

/* Rule of a list by number: string numbers of old and new. NULL behind the last, and in a list that is not there. */
static const uint32_t *list_rule(const spanish *s, uint32_t list, uint32_t number)
{
    const lemmatizer_tables *t = s->part.tables;
    if (list >= t->list_count || number >= t->lists[2 * (size_t)list + 1]) return NULL;
    return t->suffix_rules + 2 * ((size_t)t->lists[2 * (size_t)list] + number);
}

static int is_listed(const spanish *s, piece word) { return lemma_is_listed(&s->part, word.bytes, word.len); }

/* Is "Feature=Value" in MORPH? A feature of several values, "Case=Acc,Dat", is one with each of them. */
static int has_feature(const char *morph, piece wanted)
{
    size_t name = find(wanted, (piece){(const unsigned char *)"=", 1}, 0) + 1;
    for (const char *end; *morph; morph = *end ? end + 1 : end) {
        end = morph + strcspn(morph, "|");
        if (name > wanted.len || (size_t)(end - morph) < name || memcmp(morph, wanted.bytes, name)) continue;
        for (const char *value = morph + name; value <= end; value += strcspn(value, ",|") + 1) {
            size_t len = strcspn(value, ",|");
            if (len == wanted.len - name && !memcmp(value, wanted.bytes + name, len)) return 1;
        }
    }
    return 0;
}

static int has_named_feature(const spanish *s, const char *feature)
{
    return has_feature(s->morph, (piece){(const unsigned char *)feature, strlen(feature)});
}

/* Number of the list of the first group of a part of speech whose features the token has; NO_STRING: no group. */
static uint32_t select_list(const spanish *s, const char *pos)
{
    const lemmatizer_tables *t = s->part.tables;
    uint64_t id = string_id(s->model, pos, strlen(pos));
    for (uint32_t g = 0; g < t->group_count; g++) {
        const uint32_t *group = t->groups + GROUP_COLUMNS * (size_t)g;
        const uint32_t *feature = t->features + group[GROUP_FEATURE];
        uint32_t held = 0;
        if (string_id_of(s->model, group[GROUP_POS]) != id) continue;
        while (held < group[GROUP_FEATURES] && has_feature(s->morph, string_piece(s, feature[held]))) held++;
        if (held == group[GROUP_FEATURES]) return group[GROUP_LIST];
    }
    return NO_STRING;
}

/* The entry of a list for the whole word: 1, and its new form in *lemma, or 0. */
static int whole_word(const spanish *s, uint32_t list, piece word, piece *lemma)
{
    const uint32_t *rule;
    for (uint32_t r = 0; (rule = list_rule(s, list, r)) != NULL; r++) {
        if (!equal(word, string_piece(s, rule[0]))) continue;
        *lemma = string_piece(s, rule[1]);
        return 1;
    }
    return 0;
}

/* The first form of an exception of that part of speech. */
static int exception(const spanish *s, const char *pos, piece word, piece *lemma)
{
    lemma_word w = {.model = s->model, .tables = s->part.tables, .bytes = word.bytes, .len = word.len};
    if (!lemma_find_part(&w, string_id(s->model, pos, strlen(pos)))) return 0;
    uint32_t form = lemma_first_form(&w);
    if (form == NO_STRING) return 0;
    *lemma = string_piece(s, form);
    return 1;
}

/* re.sub(old + "$", new, word) where it changes something: 1 and the candidate. "$" is also before a newline at the
 * end; only an empty old text is found at both places. */
static int replace_ending(spanish *s, piece word, const uint32_t *rule, piece *candidate)
{
    piece old = string_piece(s, rule[0]), new = string_piece(s, rule[1]);
    size_t newline = word.len && word.bytes[word.len - 1] == '\n';
    piece line = {word.bytes, word.len - newline}, rest = {word.bytes + line.len, newline};
    if (equal(old, new)) return 0;
    if (newline && ends_with(line, old)) {
        line.len -= old.len;
        piece end = old.len ? rest : join(s, VARIANT, rest, new, (piece){word.bytes, 0});
        *candidate = join(s, CANDIDATE, line, new, end);
        return 1;
    }
    if (!ends_with(word, old)) return 0;
    *candidate = replace_at(s, CANDIDATE, word, word.len - old.len, old, new);
    return 1;
}

/* ---- nouns and adjectives, verbs --------------------------------------------------------------------------------- */

/* Looks for a variant of a candidate that is in the index: 1, and it in *lemma. */
typedef int (*vary)(spanish *s, piece candidate, piece *lemma);

static int itself(spanish *s, piece candidate, piece *lemma)
{
    *lemma = candidate;
    return is_listed(s, candidate);
}

/* jóvenes -> joven: plurals without their accent. */
static int without_accent(spanish *s, piece candidate, piece *lemma)
{
    const uint32_t *rule;
    unsigned char last = candidate.len ? candidate.bytes[candidate.len - 1] : 0;
    if (last != 'n' && last != 's') return 0;
    for (uint32_t r = 0; (rule = list_rule(s, LIST_ACCENTS, r)) != NULL; r++) {
        *lemma = replace_all(s, VARIANT, candidate, string_piece(s, rule[0]), string_piece(s, rule[1]));
        if (is_listed(s, *lemma)) return 1;
    }
    return 0;
}

/* A vowel at any place, then the first of a diphthong. What is changed behind the beginning of every listed word cannot
 * be listed: a word of a million vowels does not take a million copies. */
static int with_other_vowel(spanish *s, piece candidate, piece *lemma)
{
    const uint32_t *rule;
    const size_t reach = lemma_listed_beginning(&s->part, candidate.bytes, candidate.len);
    for (uint32_t r = 0; (rule = list_rule(s, LIST_VOWELS, r)) != NULL; r++) {
        piece old = string_piece(s, rule[0]);
        for (size_t at = find(candidate, old, 0); at < candidate.len && at <= reach;
             at = find(candidate, old, at + 1)) {
            *lemma = replace_at(s, VARIANT, candidate, at, old, string_piece(s, rule[1]));
            if (is_listed(s, *lemma)) return 1;
        }
    }
    for (uint32_t r = 0; (rule = list_rule(s, LIST_DIPHTHONGS, r)) != NULL; r++) {
        piece old = string_piece(s, rule[0]);
        size_t at = find(candidate, old, 0);
        if (at == candidate.len) continue;
        *lemma = replace_at(s, VARIANT, candidate, at, old, string_piece(s, rule[1]));
        if (is_listed(s, *lemma)) return 1;
    }
    return 0;
}

static int listed_variant(spanish *s, piece word, uint32_t list, vary variant, piece *lemma)
{
    const uint32_t *rule;
    piece candidate;
    for (uint32_t r = 0; (rule = list_rule(s, list, r)) != NULL; r++)
        if (replace_ending(s, word, rule, &candidate) && variant(s, candidate, lemma)) return 1;
    return 0;
}

/* The first candidate in the index, else the first variant in the index, else the first candidate, else the word. */
static piece by_endings(spanish *s, piece word, uint32_t list, vary variant)
{
    const uint32_t *rule;
    piece lemma;
    if (listed_variant(s, word, list, itself, &lemma)) return lemma;
    if (variant && listed_variant(s, word, list, variant, &lemma)) return lemma;
    for (uint32_t r = 0; (rule = list_rule(s, list, r)) != NULL; r++)
        if (replace_ending(s, word, rule, &lemma)) return lemma;
    return word;
}

static piece lemma_of_noun(spanish *s, piece word, const char *pos)
{
    return by_endings(s, word, select_list(s, pos), has_named_feature(s, "Number=Plur") ? without_accent : NULL);
}

static piece lemma_of_verb(spanish *s, piece word)
{
    return by_endings(s, word, select_list(s, "VERB"), with_other_vowel);
}

/* ---- determiners and pronouns, numbers --------------------------------------------------------------------------- */

/* The first candidate in the index, the word being the last one; else the first of them. with_word: a rule that changes
 * nothing has the word for its candidate, too. */
static piece by_general_endings(spanish *s, piece word, int with_word)
{
    const uint32_t *rule;
    piece lemma;
    for (uint32_t r = 0; (rule = list_rule(s, LIST_GENERAL, r)) != NULL; r++) {
        int changed = replace_ending(s, word, rule, &lemma);
        if (!changed && !with_word) continue;
        if (!changed) lemma = word;
        if (is_listed(s, lemma)) return lemma;
    }
    if (is_listed(s, word)) return word;
    for (uint32_t r = 0; (rule = list_rule(s, LIST_GENERAL, r)) != NULL; r++) {
        if (replace_ending(s, word, rule, &lemma)) return lemma;
        if (with_word) return word;
    }
    return word;
}

static piece lemma_of_pronoun(spanish *s, piece word)
{
    piece lemma;
    if (whole_word(s, LIST_PRON, word, &lemma) || whole_word(s, LIST_FIXED, word, &lemma)) return lemma;
    return by_general_endings(s, word, 0);
}

static piece lemma_of_determiner(spanish *s, piece word)
{
    piece lemma;
    if (whole_word(s, LIST_DET, word, &lemma) || whole_word(s, LIST_FIXED, word, &lemma)) return lemma;
    return by_general_endings(s, word, 1);
}

/* Does the part before the first comma end with a full stop and three digits? */
static int has_thousands(piece word)
{
    size_t end = find(word, (piece){(const unsigned char *)",", 1}, 0);
    if (end < 4 || word.bytes[end - 4] != '.') return 0;
    for (size_t i = end - 3; i < end; i++)
        if (word.bytes[i] < '0' || word.bytes[i] > '9') return 0;
    return 1;
}

/* 1.234,5 -> 1234.5 */
static piece lemma_of_number(spanish *s, piece word)
{
    static const unsigned char marks[] = ".,";
    const piece stop = {marks, 1}, comma = {marks + 1, 1}, nothing = {marks, 0};
    piece lemma;
    if (whole_word(s, LIST_NUM, word, &lemma)) return lemma;
    if (has_thousands(word)) word = replace_all(s, CANDIDATE, word, stop, nothing);
    return replace_all(s, STRIPPED, word, comma, stop);
}

/* ---- verbs with pronouns ----------------------------------------------------------------------------------------- */

/* Bytes of the pronoun at the end of a word, the longest that fits: [mts]e|l[aeo]s?|n?os; 0 if there is none. */
static size_t pronoun_at_end(piece word)
{
    static const char *const pronouns[] = {"las", "les", "los", "nos", "me", "te", "se", "la", "le", "lo", "os"};
    for (size_t i = 0; i < sizeof pronouns / sizeof *pronouns; i++) {
        piece pronoun = {(const unsigned char *)pronouns[i], strlen(pronouns[i])};
        if (ends_with(word, pronoun)) return pronoun.len;
    }
    return 0;
}

static piece without_accents(spanish *s, piece word)
{
    const uint32_t *rule;
    for (uint32_t r = 0; (rule = list_rule(s, LIST_ACCENTS, r)) != NULL; r++) {
        piece stripped = replace_all(s, CANDIDATE, word, string_piece(s, rule[0]), string_piece(s, rule[1]));
        piece nothing = {stripped.bytes, 0};
        if (stripped.bytes != word.bytes) word = join(s, STRIPPED, stripped, nothing, nothing);
    }
    return word;
}

/* The lemma of the verb and those of up to four pronouns at its end, each after a space. */
static piece lemma_of_verb_with_pronouns(spanish *s, piece word)
{
    static const piece space = {(const unsigned char *)" ", 1};
    piece pronouns[MAX_PRONOUNS], verb = word, lemma, none = {word.bytes, 0};
    size_t count = 0, len;
    for (; count < MAX_PRONOUNS && (len = pronoun_at_end(verb)) > 0; count++) {
        verb.len -= len;
        pronouns[count] = (piece){verb.bytes + verb.len, len};
    }
    verb = without_accents(s, verb);
    if (!exception(s, "VERB", verb, &lemma)) lemma = lemma_of_verb(s, verb);
    lemma = join(s, JOINED, lemma, count ? none : space, none);
    while (count-- > 0) {
        piece pronoun;
        if (!exception(s, "PRON", pronouns[count], &pronoun)) pronoun = lemma_of_pronoun(s, pronouns[count]);
        lemma = join(s, VARIANT, lemma, space, pronoun);
        lemma = join(s, JOINED, lemma, none, none);
    }
    return lemma;
}

/* ---- one token --------------------------------------------------------------------------------------------------- */

static piece lemma_by_tables(spanish *s, const char *pos, piece word)
{
    piece lemma;
    if (exception(s, pos, word, &lemma)) return lemma;
    if (!strcmp(pos, "NOUN") || !strcmp(pos, "ADJ")) return lemma_of_noun(s, word, pos);
    if (!strcmp(pos, "ADV")) return whole_word(s, LIST_ADVERBS, word, &lemma) ? lemma : word;
    if (!strcmp(pos, "DET")) return lemma_of_determiner(s, word);
    if (!strcmp(pos, "PRON")) return lemma_of_pronoun(s, word);
    if (!strcmp(pos, "NUM")) return lemma_of_number(s, word);
    return has_named_feature(s, "PronType=Prs") ? lemma_of_verb_with_pronouns(s, word) : lemma_of_verb(s, word);
}

/* Only these parts of speech have tables, if empty ones; the others keep their text. */
int lemma_by_spanish_rules(lemma_token *t)
{
    const tern_doc *doc = t->doc;
    spanish s = {.model = doc->model,
                 .scratch = t->scratch,
                 .part = {.model = doc->model, .tables = t->tables},
                 .morph = string_get(doc->model, doc->column[COLUMN_MORPH][t->token], NULL)};
    if (lemma_has_no_rules(t)) return lemma_by_lower(t);
    if (!lemma_find_part(&s.part, doc_id(doc, doc->column[COLUMN_POS][t->token])))
        return doc->sent_start[t->token] == 1 && strcmp(t->pos, "PROPN") ? lemma_by_lower(t) : lemma_by_text(t);
    piece word;
    word.bytes = lexeme_lower(doc, t->text, t->token, t->lexeme, &word.len);
    if (!word.bytes) return -1;
    s.longest = 4 * word.len + 256;
    piece lemma = lemma_by_tables(&s, t->pos, word);
    return s.out_of_memory ? -1 : doc_set_lemma(t->doc, t->token, lemma.bytes, lemma.len);
}
