#include "word_flags.h"

#include "tern.h"
#include "token_flags.h"
#include "token_values.h"

/* The flags of a text's characters, with spaCy's numbers; IS_CURRENCY has names besides, in some languages. */
static const struct {
    uint32_t attr, flag;
    int any_model; /* tells it */
} of_characters[] = {{PATTERN_IS_ALPHA, TERN_WORD_ALPHA, 1},      {PATTERN_IS_ASCII, TERN_WORD_ASCII, 1},
                     {PATTERN_IS_DIGIT, TERN_WORD_DIGIT, 1},      {PATTERN_IS_LOWER, TERN_WORD_LOWER, 1},
                     {PATTERN_IS_UPPER, TERN_WORD_UPPER, 1},      {PATTERN_IS_TITLE, TERN_WORD_TITLE, 1},
                     {PATTERN_IS_PUNCT, TERN_WORD_PUNCT, 1},      {PATTERN_IS_SPACE, TERN_WORD_SPACE, 1},
                     {PATTERN_IS_CURRENCY, TERN_WORD_CURRENCY, 0}};

uint32_t word_flags(const tern_doc *doc, size_t token, uint32_t *known)
{
    uint32_t flags = 0;
    *known = 0;
    for (size_t i = 0; i < sizeof of_characters / sizeof *of_characters; i++) {
        if (of_characters[i].any_model) *known |= of_characters[i].flag;
        if (token_character_flag(doc, of_characters[i].attr, token)) flags |= of_characters[i].flag;
    }
    for (uint32_t number = 0; number < 32; number++) {
        const uint32_t flag = TERN_WORD_EVERYTHING & 1u << number;
        if (!flag || !model_has_attr(doc->model, PATTERN_FLAGS + number)) continue;
        *known |= flag;
        if (token_flag(doc, number, token)) flags |= flag;
    }
    return flags & *known;
}
