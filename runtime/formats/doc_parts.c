#include "doc_parts.h"

#include "chars.h"

int token_is_space(const char *text, const tern_token *token)
{
    size_t len;
    const char *p = token_text(text, token, &len);
    return len && is_space_char(next_char(&p, p + len)); /* the tokenizer never mixes */
}

size_t doc_part_count(const tern_doc *doc)
{
    size_t sentences = tern_doc_sentence_count(doc);
    return sentences ? sentences : tern_doc_token_count(doc) > 0;
}

doc_part doc_part_at(const tern_doc *doc, size_t index)
{
    tern_sentence sentence;
    if (tern_doc_sentence(doc, index, &sentence)) return (doc_part){0, tern_doc_token_count(doc)};
    return (doc_part){sentence.token_start, sentence.token_end};
}

int entity_of_token(entity_walk *walk, size_t token, tern_entity *out)
{
    while (!tern_doc_entity(walk->doc, walk->next, out)) {
        if (token < out->token_end) return token >= out->token_start;
        walk->next++;
    }
    return 0;
}
