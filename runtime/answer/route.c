#include "route.h"

#include <string.h>

#define NOTHING_HERE                                                                                                   \
    "there is nothing here; POST /ner finds entities, POST /sentiment sentiments, POST /redact hides what a text "     \
    "says of persons"
#define NOT_JSON "the body must be JSON: send the header Content-Type: application/json"
#define NOT_GZIP "the body is compressed in a way that is not known here: Content-Encoding may be gzip"

static const char *const allowed_methods[] = {
    [PLACE_PAGE] = "GET, HEAD, OPTIONS",
    [PLACE_HEALTH] = "GET, HEAD, OPTIONS",
    [PLACE_TASK] = "POST, OPTIONS",
    [PLACE_SERVICE] = "POST, OPTIONS",
};

static void refuse(route *r, int status, const char *error)
{
    r->status = status;
    r->error = error;
}

/* ---- path -------------------------------------------------------------------------------------------------------- */

typedef struct segment {
    const char *text;
    size_t len;
} segment;

/* The last two segments that are not empty into last, the very last first. Returns how many there are. */
static size_t split(const char *path, size_t len, segment last[2])
{
    const char *query = memchr(path, '?', len), *end = query ? query : path + len;
    size_t count = 0;
    for (const char *at = path; at < end;) {
        const char *slash = memchr(at, '/', (size_t)(end - at)), *stop = slash ? slash : end;
        if (stop > at) {
            last[1] = last[0];
            last[0] = (segment){at, (size_t)(stop - at)};
            count++;
        }
        at = stop + 1;
    }
    return count;
}

static int is(segment s, const char *name) { return s.len == strlen(name) && !memcmp(s.text, name, s.len); }

/* The task of that name, or TASK_ANY. */
static task_kind task_of(segment s)
{
    int task = s.len ? task_from_name(s.text, s.len) : -1;
    return task < 0 ? TASK_ANY : (task_kind)task;
}

static void find_place(route *r, route_program program, const model_set *models, const char *path, size_t len)
{
    segment last[2] = {{.len = 0}};
    size_t count = len && path[0] == '/' ? split(path, len, last) : 0;
    r->is_root = !count && len && path[0] == '/';
    int prefixed = program == ROUTE_LAMBDA;
    task_kind of_model = count == 2 || prefixed ? task_of(last[1]) : TASK_ANY;
    const named_model *model = of_model == TASK_ANY ? NULL : models_find(models, last[0].text, last[0].len);
    if (model) {
        r->place = PLACE_TASK;
        r->asked = (request_target){of_model, model};
    } else if ((count == 1 || prefixed) && is(last[0], "healthz")) {
        r->place = PLACE_HEALTH;
    } else if ((count == 1 || prefixed) && task_of(last[0]) != TASK_ANY) {
        r->place = PLACE_TASK;
        r->asked.task = task_of(last[0]);
    } else if (program == ROUTE_SERVER && r->is_root) {
        r->place = PLACE_PAGE;
    } else {
        refuse(r, 404,
               of_model != TASK_ANY      ? NULL
               : program == ROUTE_SERVER ? NOTHING_HERE ", GET / is a page to try it"
                                         : NOTHING_HERE);
    }
}

/* ---- method and header ------------------------------------------------------------------------------------------- */

static void check_method(route *r, const char *method)
{
    int posts = r->place == PLACE_TASK;
    if (!method) return;
    if (!strcmp(method, "OPTIONS")) r->is_options = 1;
    else if (posts ? strcmp(method, "POST") : strcmp(method, "GET") && strcmp(method, "HEAD"))
        refuse(r, 405, posts ? "the method must be POST" : "the method must be GET");
}

route route_find(route_program program, const model_set *models, const char *method, const char *path, size_t len)
{
    route r = {.place = PLACE_NONE};
    if (path) find_place(&r, program, models, path, len);
    else r.place = PLACE_TASK;
    r.allowed = allowed_methods[r.place];
    if (!r.status) check_method(&r, method);
    return r;
}

/* Where nothing else is, which a POST with a target may take: on Lambda a stage may be all of the path. The browser's
 * question before it does not have the target: there it must be the root. */
void route_service(route *r, route_program program, const char *method, const char *target)
{
    const int is_free = r->place == PLACE_PAGE || (program == ROUTE_LAMBDA && r->place == PLACE_NONE && r->error);
    const int posts = method && target && !strcmp(method, "POST");
    const int asks = method && program == ROUTE_LAMBDA && r->is_root && !strcmp(method, "OPTIONS");
    if (!is_free || !(posts || asks)) return;
    *r = (route){.place = PLACE_SERVICE, .is_root = r->is_root, .is_options = asks, .target = posts ? target : NULL};
    r->allowed = allowed_methods[PLACE_SERVICE];
}

int route_takes_body(const route *r)
{
    return (r->place == PLACE_TASK || r->place == PLACE_SERVICE) && !r->status && !r->is_options;
}

/* 1 if the value of a Content-Type header says application/json, with or without parameters; so does none. */
static int is_json(const char *content_type)
{
    if (!content_type) return 1;
    content_type += strspn(content_type, " \t");
    return same_ignoring_case(content_type, strcspn(content_type, "; \t"), "application/json");
}

/* One coding, as clients send it: what several would be good for, nobody knows. */
static int is_coding(const char *value, const char *name)
{
    value += strspn(value, " \t");
    size_t len = strcspn(value, " \t");
    return !value[len + strspn(value + len, " \t")] && same_ignoring_case(value, len, name);
}

void route_check_body(route *r, const char *content_type, const char *content_encoding)
{
    if (!route_takes_body(r)) return;
    r->gzip = content_encoding && (is_coding(content_encoding, "gzip") || is_coding(content_encoding, "x-gzip"));
    if (r->place == PLACE_TASK && !is_json(content_type)) {
        refuse(r, 415, NOT_JSON);
    } else if (content_encoding && !r->gzip && !is_coding(content_encoding, "identity")) {
        refuse(r, 415, NOT_GZIP);
        r->accepted = "gzip";
    }
}

/* ---- answer ------------------------------------------------------------------------------------------------------ */

void route_refuse(const route *r, const model_set *models, response *out)
{
    problem unknown;
    if (!r->error) models_unknown(models, &unknown);
    respond_error(out, r->status, r->error ? ERROR_BAD_REQUEST : ERROR_UNKNOWN_MODEL,
                  r->error ? r->error : unknown.text);
}

void route_headers(const route *r, header_list *out)
{
    if (r->status == 405 || r->is_options) headers_add(out, "allow", r->allowed);
    if (r->accepted) headers_add(out, "accept-encoding", r->accepted);
}
