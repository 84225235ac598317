/* h_link.c -- links and campaigns as the viewer sees them, and the detectors' register. */
#include "hub/handlers.h"

#include "desks/link/view.h"
#include "hub/out.h"

enum { CAMPAIGNS = 50 };

enum nr_rc nr_h_dossier_links(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_dossier_links l;
	struct nr_tlps tlps;
	struct nr_scope sc;
	struct nr_uuid id;
	struct nr_wr *w;

	NR_TRY(nr_req_uuid(q, &id, reterr));
	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(nr_dossier_links(q->store, &sc, &id, &q->a, &l, reterr));
	NR_TRY(nr_out_tlps(q->store, &q->a, &tlps, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_cstr(w, "{\"campaign\":");
	if (l.campaign[0])
		nr_wr_json(w, nr_str_c(l.campaign));
	else
		nr_wr_cstr(w, "null");
	nr_wr_cstr(w, ",\"items\":[");
	for (size_t i = 0; i < l.n; i++) {
		nr_out_comma(w);
		nr_wr_cstr(w, "{\"dossier\":");
		nr_out_dossier(w, &l.v[i].other, &tlps);
		nr_out_str(w, "kind", nr_str_c(nr_obs_kind_name(l.v[i].kind)));
		nr_out_str(w, "value", l.v[i].value);
		nr_out_int(w, "weight", l.v[i].weight);
		nr_wr_u8(w, '}');
	}
	nr_wr_cstr(w, "]}\n");
	return NR_OK;
}

enum nr_rc nr_h_campaigns(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_campaign *c = NULL;
	struct nr_scope sc;
	struct nr_wr *w;
	int64_t limit;
	size_t n = 0;

	NR_TRY(nr_req_int(q, "limit", CAMPAIGNS, 1, NR_VIEW_CAMPAIGNS, &limit, reterr));
	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(nr_campaigns(q->store, &sc, (unsigned)limit, &q->a, &c, &n, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_cstr(w, "{\"items\":[");
	for (size_t i = 0; i < n; i++) {
		nr_out_comma(w);
		nr_campaign_write_line(&c[i], w);
	}
	nr_wr_cstr(w, "],\"next\":null}\n");
	return NR_OK;
}

enum nr_rc nr_h_campaign(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_campaign c;
	struct nr_tlps tlps;
	struct nr_scope sc;

	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(nr_campaign_get(q->store, &sc, q->params[0], &q->a, &c, reterr));
	NR_TRY(nr_out_tlps(q->store, &q->a, &tlps, reterr));
	nr_campaign_write(&c, tlps.rows, tlps.n, nr_reply_json(q, 200));
	return NR_OK;
}

enum nr_rc nr_h_detectors(struct nr_req *q, struct nr_err *reterr)
{
	const struct nr_hub_config *cfg = q->hub->cfg;
	struct nr_wr *w = nr_reply_json(q, 200);

	(void)reterr;
	nr_wr_cstr(w, "{\"items\":");
	cfg->detectors(w);
	nr_wr_cstr(w, ",\"next\":null}\n");
	return NR_OK;
}
