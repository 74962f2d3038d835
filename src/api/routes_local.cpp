// What only the owner of this machine may ask, through the node's own socket file: API tokens, the audit, and
// explanations in words. The commands of the terminal are made of these and of the public routes.

#include "api/environment.h"
#include "api/explain.h"
#include "api/fields.h"
#include "api/find.h"
#include "api/tokens.h"
#include "engine/history_chain.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr Policy kOwner = Policy::roles({Role::admin});
// So many histories are read in one go: other readers of the store wait that long at most.
constexpr std::size_t kAuditPage = 200;

std::string_view state_of(const ports::ApiToken& token, Instant now) {
  if (token.revoked_at) return "revoked";
  return token.expires_at <= now ? "expired" : "valid";
}

void list_tokens(CallPtr call) {
  call->env->store.tokens(
      or_refuse<std::vector<ports::ApiToken>>(call, [call](const std::vector<ports::ApiToken>& tokens) {
        json::object out;
        auto& items = out["items"].emplace_array();
        for (const auto& token : tokens)
          items.push_back(json::object{{"id", contactor::to_string(token.id)},
                                       {"name", token.name},
                                       {"role", token.role},
                                       {"client", token.client},
                                       {"state", state_of(token, call->env->time.now())},
                                       {"expires_at", moment_value(token.expires_at)}});
        call->reply(200, json::serialize(out));
      }));
}

void create_token(CallPtr call) {
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  Faults faults;
  Fields fields(body->object(), "", faults);
  TokenRequest request{.name = fields.text("name", kNameRule)};
  const Role role = fields.one_of("role", parse_role, "viewer, operator, technician, admin, service");
  request.role = to_string(role);
  request.client = fields.optional_text("client", kNameRule).value_or("");
  request.expires = fields.optional_duration("expires").value_or(request.expires);
  fields.refuse_unknown();
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  Environment& env = *call->env;
  make_token(env.store, env.entropy, env.time.now(), std::move(request),
             or_refuse<NewToken>(call, [call](const NewToken& made) {
               call->env->gate.forget();
               call->reply(201, json::serialize(json::object{{"token", made.text},
                                                             {"id", contactor::to_string(made.id)}}));
             }));
}

void revoke_token(CallPtr call) {
  const auto id = parse_id<TokenTag>(call->path_value("id"));
  const auto revoke = [call, id](std::vector<ports::ApiToken> tokens) {
    const auto found = std::ranges::find(tokens, id, &ports::ApiToken::id);
    if (id.empty() || found == tokens.end()) return call->refuse(no_such_thing());
    if (!found->revoked_at) found->revoked_at = call->env->time.now();
    call->env->store.put_token(std::move(*found), [call, id](Status stored) {
      if (!stored) return call->refuse(stored.error());
      call->env->gate.forget();
      call->reply(200, json::serialize(json::object{{"id", contactor::to_string(id)}, {"state", "revoked"}}));
    });
  };
  call->env->store.tokens(or_refuse<std::vector<ports::ApiToken>>(call, revoke));
}

/// One page of the walk over all histories; who asks walks on until there is no cursor.
void audit(CallPtr call) {
  Faults faults;
  const Page page = read_page(*call, faults);
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  using Audited = std::vector<ports::Store::Audited>;
  call->env->store.audit(
      ActivationId(page.after), kAuditPage, or_refuse<Audited>(call, [call](const Audited& audited) {
        std::uint64_t records = 0;
        json::value bad = nullptr;
        for (const auto& [activation, history] : audited) {
          records += history.size();
          const auto seq = engine::first_bad_entry(activation.id, activation.history_head, history);
          if (seq == 0) continue;
          bad = json::object{{"activation", contactor::to_string(activation.id)}, {"seq", seq}};
          break;
        }
        json::object out{{"activations", audited.size()}, {"records", records}, {"bad", bad}};
        out["next_cursor"] = audited.size() < kAuditPage
                                 ? json::value(nullptr)
                                 : json::value(write_cursor(audited.back().activation.id.value()));
        call->reply(200, json::serialize(out));
      }));
}

void explain_in_words(CallPtr call) {
  explain_subject(call, [](const CallPtr& asked, const Explained& explained) {
    asked->reply(
        Response{.status = 200,
                 .headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
                 .body = explained_text(explained)});
  });
}

}  // namespace

std::vector<Route> local_routes() {
  return {
      {.method = "GET",
       .pattern = "/local/tokens",
       .policy = kOwner,
       .handle = list_tokens,
       .summary = "All API tokens, without their secret",
       .tag = "local",
       .response_schema = {}},
      {.method = "POST",
       .pattern = "/local/tokens",
       .policy = kOwner,
       .handle = create_token,
       .summary = "Make an API token; it is shown once",
       .tag = "local",
       .response_schema = {},
       .success = 201,
       .body = BodyRule::json},
      {.method = "POST",
       .pattern = "/local/tokens/{id}/revoke",
       .policy = kOwner,
       .handle = revoke_token,
       .summary = "Refuse an API token from now on",
       .tag = "local",
       .response_schema = {}},
      {.method = "GET",
       .pattern = "/local/audit",
       .policy = kOwner,
       .handle = audit,
       .summary = "Holds histories against their hash chains, page by page",
       .tag = "local",
       .response_schema = {},
       .query = {"cursor"}},
      {.method = "GET",
       .pattern = "/local/explain/{id}",
       .policy = kOwner,
       .handle = explain_in_words,
       .summary = "The explanation for a terminal",
       .tag = "local",
       .response_schema = {},
       .produces = "text/plain"},
  };
}

}  // namespace contactor::api
