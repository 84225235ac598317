/* openapi.c -- the routes table written out: OpenAPI 3.1 for machines, Markdown for people. */
#include "hub/out.h"
#include "hub/parse.h"

#include <ctype.h>

/* --- schemas --- */

static void type_out(struct nr_wr *w, const char *type)
{
	static const struct {
		const char *name, *json;
	} basic[] = {
		{ "string", "{\"type\":\"string\"}" },
		{ "integer", "{\"type\":\"integer\"}" },
		{ "number", "{\"type\":\"number\"}" },
		{ "boolean", "{\"type\":\"boolean\"}" },
		{ "object", "{\"type\":\"object\"}" },
		{ "uuid", "{\"type\":\"string\",\"format\":\"uuid\"}" },
		{ "instant", "{\"type\":\"string\",\"format\":\"date-time\"}" },
	};
	size_t n = strlen(type);

	if (type[0] == '?') {
		nr_wr_cstr(w, "{\"anyOf\":[");
		type_out(w, type + 1);
		nr_wr_cstr(w, ",{\"type\":\"null\"}]}");
		return;
	}
	if (n > 2 && strcmp(type + n - 2, "[]") == 0) {
		char inner[64];

		(void)snprintf(inner, sizeof(inner), "%.*s", (int)(n - 2), type);
		nr_wr_cstr(w, "{\"type\":\"array\",\"items\":");
		type_out(w, inner);
		nr_wr_u8(w, '}');
		return;
	}
	for (size_t i = 0; i < NR_COUNT(basic); i++) {
		if (strcmp(basic[i].name, type) != 0)
			continue;
		nr_wr_cstr(w, basic[i].json);
		return;
	}
	nr_wr_fmt(w, "{\"$ref\":\"#/components/schemas/%s\"}", type);
}

static void schema_out(struct nr_wr *w, const struct nr_schema *s)
{
	nr_out_key(w, s->name);
	nr_wr_cstr(w, "{\"type\":\"object\"");
	if (s->help[0])
		nr_out_str(w, "description", nr_str_c(s->help));
	nr_out_key(w, "properties");
	nr_wr_u8(w, '{');
	for (const struct nr_field *f = s->fields; f->name; f++) {
		nr_out_key(w, f->name);
		type_out(w, f->type);
		if (f->help[0] && w->p && w->p[w->n - 1] == '}') {
			w->n--;
			nr_out_str(w, "description", nr_str_c(f->help));
			nr_wr_u8(w, '}');
		}
	}
	nr_wr_cstr(w, "}}");
}

/* --- one operation --- */

static void param_out(struct nr_wr *w, const char *name, const char *where, const char *type,
		      bool required, const char *help)
{
	nr_out_comma(w);
	nr_wr_fmt(w, "{\"name\":\"%s\",\"in\":\"%s\",\"required\":%s,\"schema\":", name, where,
		  required ? "true" : "false");
	type_out(w, type);
	if (help[0])
		nr_out_str(w, "description", nr_str_c(help));
	nr_wr_u8(w, '}');
}

static void params_out(struct nr_wr *w, const struct nr_route *r)
{
	nr_out_key(w, "parameters");
	nr_wr_u8(w, '[');
	for (const char *p = strchr(r->path, '{'); p; p = strchr(p + 1, '{')) {
		char name[32];

		(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(p + 1, "}"), p + 1);
		param_out(w, name, "path", "string", true, "");
	}
	for (const struct nr_param_doc *d = r->params; d && d->name; d++)
		param_out(w, d->name, "query", d->type, d->required, d->help);
	nr_wr_u8(w, ']');
}

static void body_out(struct nr_wr *w, const struct nr_route *r)
{
	if (!r->body)
		return;
	nr_wr_cstr(w, ",\"requestBody\":{\"required\":true,\"content\":{");
	if (r->flags & NR_ROUTE_RAW) {
		nr_wr_cstr(w, "\"application/octet-stream\":{}");
	} else {
		nr_wr_cstr(w, "\"application/json\":{\"schema\":");
		type_out(w, r->body);
		nr_wr_u8(w, '}');
	}
	nr_wr_cstr(w, "}}");
}

static bool is_list(const char *type)
{
	size_t n = type ? strlen(type) : 0;

	return n > 2 && strcmp(type + n - 2, "[]") == 0;
}

static void answer_out(struct nr_wr *w, const struct nr_route *r)
{
	nr_wr_fmt(w, ",\"responses\":{\"%u\":{\"description\":\"success\"", r->status);
	if (r->media) {
		nr_wr_fmt(w, ",\"content\":{\"%s\":{}}", r->media);
	} else if (is_list(r->answer)) {
		nr_wr_cstr(w, ",\"content\":{\"application/json\":{\"schema\":{\"type\":\"object\","
			      "\"properties\":{\"items\":");
		type_out(w, r->answer);
		nr_wr_cstr(w,
			   ",\"next\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}}}}}");
	} else if (r->answer) {
		nr_wr_cstr(w, ",\"content\":{\"application/json\":{\"schema\":");
		type_out(w, r->answer);
		nr_wr_cstr(w, "}}");
	}
	nr_wr_cstr(w, "},\"default\":{\"description\":\"error\",\"content\":{\"application/json\":"
		      "{\"schema\":{\"$ref\":\"#/components/schemas/Error\"}}}}}");
}

static void roles_text(const struct nr_route *r, char *out, size_t size)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(4096);

	if (r->flags & NR_ROUTE_PUBLIC)
		(void)snprintf(out, size, "public");
	else if (r->roles)
		(void)snprintf(out, size, "%.*s", NR_FMT(nr_roles_format(r->roles, &a)));
	else
		(void)snprintf(out, size, "signed in");
}

static void operation_out(struct nr_wr *w, const struct nr_route *r)
{
	char roles[80];
	char method[8];
	size_t i;

	(void)snprintf(method, sizeof(method), "%s", nr_method_name(r->method));
	for (i = 0; method[i]; i++)
		method[i] = (char)tolower((unsigned char)method[i]);
	roles_text(r, roles, sizeof(roles));
	nr_out_key(w, method);
	nr_wr_u8(w, '{');
	nr_out_str(w, "summary", nr_str_c(r->summary));
	nr_out_str(w, "x-role", nr_str_c(roles));
	params_out(w, r);
	body_out(w, r);
	answer_out(w, r);
	nr_wr_fmt(w, ",\"security\":[%s]}",
		  r->flags & NR_ROUTE_PUBLIC    ? ""
		  : r->flags & NR_ROUTE_SESSION ? "{\"session\":[]}"
						: "{\"session\":[]},{\"token\":[]}");
}

/* Was the path of row i written with an earlier row? */
static bool path_done(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(nr_routes[k].path, nr_routes[i].path) == 0)
			return true;
	return false;
}

void nr_api_openapi(struct nr_wr *w)
{
	nr_wr_cstr(w, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Noroshi\",\"version\":\"1\","
		      "\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}},\n"
		      "\"paths\":{");
	for (size_t i = 0; i < nr_routes_count; i++) {
		if (path_done(i))
			continue;
		nr_out_comma(w);
		nr_wr_fmt(w, "\n\"%s\":{", nr_routes[i].path);
		for (size_t k = i; k < nr_routes_count; k++)
			if (strcmp(nr_routes[k].path, nr_routes[i].path) == 0)
				operation_out(w, &nr_routes[k]);
		nr_wr_u8(w, '}');
	}
	nr_wr_cstr(w,
		   "},\n\"components\":{\"securitySchemes\":{\"session\":{\"type\":\"apiKey\","
		   "\"in\":\"cookie\",\"name\":\"noroshi_session\"},\"token\":{\"type\":\"http\","
		   "\"scheme\":\"bearer\"}},\n\"schemas\":{");
	for (size_t i = 0; i < nr_schemas_count; i++)
		schema_out(w, &nr_schemas[i]);
	nr_wr_cstr(w, "}}}\n");
}

/* --- Markdown --- */

static void doc_route(struct nr_wr *w, const struct nr_route *r)
{
	char roles[80];

	roles_text(r, roles, sizeof(roles));
	nr_wr_fmt(w, "\n### %s %s\n\n%s  \nRole: %s%s. ", nr_method_name(r->method), r->path,
		  r->summary, roles, r->flags & NR_ROUTE_SESSION ? " (not with an API token)" : "");
	if (r->body_max)
		nr_wr_fmt(w, "Body: %s, at most %llu bytes. ",
			  r->flags & NR_ROUTE_RAW ? "`application/octet-stream`" : r->body,
			  (unsigned long long)r->body_max);
	nr_wr_fmt(w, "Answer: %u%s%s%s.\n", r->status, r->answer || r->media ? ", " : "",
		  is_list(r->answer) ? "list of " : "",
		  r->media    ? r->media
		  : r->answer ? r->answer
			      : "");
	if (!r->params)
		return;
	nr_wr_cstr(w, "\n| parameter | type | |\n|---|---|---|\n");
	for (const struct nr_param_doc *d = r->params; d->name; d++)
		nr_wr_fmt(w, "| `%s`%s | %s | %s |\n", d->name, d->required ? " (required)" : "",
			  d->type, d->help);
}

static void doc_schema(struct nr_wr *w, const struct nr_schema *s)
{
	nr_wr_fmt(w, "\n### %s\n\n%s%s| member | type | |\n|---|---|---|\n", s->name, s->help,
		  s->help[0] ? "\n\n" : "");
	for (const struct nr_field *f = s->fields; f->name; f++)
		nr_wr_fmt(w, "| `%s` | %s%s | %s |\n", f->name,
			  f->type[0] == '?' ? f->type + 1 : f->type,
			  f->type[0] == '?' ? " or null" : "", f->help);
}

void nr_api_doc(struct nr_wr *w)
{
	nr_wr_cstr(w, "# HTTP API\n\n"
		      "Made from the routes table by `noroshi docs api`; do not edit. The same for "
		      "machines: "
		      "[openapi.json](openapi.json), served at `/api/v1/openapi.json`.\n\n"
		      "Everything but the routes marked public needs a session cookie (with "
		      "`X-CSRF-Token` "
		      "on POST and DELETE) or `Authorization: Bearer nrt_…`. Instants are RFC 3339 "
		      "UTC with "
		      "six digits. A list is `{\"items\":[…],\"next\":cursor or null}`; a cursor "
		      "is opaque, "
		      "belongs to its query and viewer, and ends with the server's run. What the "
		      "viewer may "
		      "not see answers as if it did not exist (404). Every error is "
		      "`{\"error\":{code,message,what,offset}}`.\n\n## Routes\n");
	for (size_t i = 0; i < nr_routes_count; i++)
		doc_route(w, &nr_routes[i]);
	nr_wr_cstr(w, "\n## Bodies and answers\n");
	for (size_t i = 0; i < nr_schemas_count; i++)
		doc_schema(w, &nr_schemas[i]);
}
