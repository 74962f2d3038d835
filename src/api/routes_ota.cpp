// Orders and activations.

#include "api/activation_codec.h"
#include "api/environment.h"
#include "api/fields.h"
#include "api/find.h"
#include "api/order_codec.h"
#include "api/repeatable.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr Policy kReaders =
    Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin, Role::service});
constexpr Policy kSenders = Policy::roles({Role::operator_, Role::admin, Role::service});

std::string seen_by(const Principal& principal, const ota::Activation& activation) {
  std::string text = activation_json(activation);
  return principal.sees_personal_data() ? text : mask_vin(std::move(text), activation.order->vin);
}

// -- creating ---------------------------------------------------------------------------------------------

void accepted(const KeyedPtr& keyed, Result<engine::Accepted> result) {
  const CallPtr& call = keyed->call;
  // Where nothing new was started, an earlier answer under the same key comes first.
  if (!result) {
    if (result.error().kind != ErrorKind::conflict) return call->refuse(result.error());
    return unless_answered_before(keyed, [call, error = result.error()] { call->refuse(error); });
  }
  if (result->stored_reply) return keyed->replay(*result->stored_reply);
  const std::string body = activation_json(result->activation);
  if (result->repeated) return unless_answered_before(keyed, [call, body] { call->reply(200, body); });
  call->reply(201, body,
              {{"Location", "/v1/ota/activations/" + contactor::to_string(result->activation.id)}});
}

/// The reply is stored together with the order: no crash comes between them.
void start_order(const KeyedPtr& keyed, const boost::json::object& body, const Catalogue& catalogue) {
  const CallPtr& call = keyed->call;
  const auto find_service = [&](const ServiceId& id) -> const ports::Service* {
    const auto found = catalogue.find(id);
    return found == catalogue.end() ? nullptr : &found->second;
  };
  const std::string& subject = call->principal().subject();
  auto order =
      read_order(body, {.find_service = find_service, .ordered_by = subject, .now = call->env->time.now()});
  if (!order)
    return unless_answered_before(
        keyed, [call, faults = std::move(order.error())] { call->refuse(validation_problem(faults)); });
  engine::ReplyTemplate reply{
      .principal = subject,
      .route = keyed->route,
      .key = keyed->key,
      .request_digest = keyed->digest,
      .render = [](const ota::Activation& made) { return std::pair(201, activation_json(made)); }};
  call->env->engine.accept(std::move(*order), std::move(reply),
                           [keyed](Result<engine::Accepted> result) { accepted(keyed, std::move(result)); });
}

void create_activation(CallPtr call) {
  auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  const KeyedPtr keyed = Keyed::take(call);
  if (!keyed) return;
  call->env->catalogue->get(or_refuse<Refreshed<Catalogue>::Shared>(
      call, [keyed, body = std::move(*body)](const Refreshed<Catalogue>::Shared& catalogue) {
        start_order(keyed, body.object(), *catalogue);
      }));
}

// -- reading ----------------------------------------------------------------------------------------------

void show_activation(CallPtr call) {
  find_activation(call, [](const CallPtr& asked, const ota::Activation& activation) {
    asked->reply(200, seen_by(asked->principal(), activation));
  });
}

void show_history(CallPtr call) {
  find_activation(call, [](const CallPtr& asked, ota::Activation activation) {
    read_story(asked, std::move(activation), [](const CallPtr& reader, const Story& story) {
      std::string text = json::serialize(story_object(story));
      reader->reply(
          200, reader->principal().sees_personal_data() ? text : mask_vin(text, story.activation.order->vin));
    });
  });
}

ports::ActivationFilter read_filter(const Call& call, Faults& faults) {
  ports::ActivationFilter filter;
  const Page page = read_page(call, faults);
  filter.limit = page.limit;
  filter.after = ActivationId(page.after);
  if (const auto text = call.query_value("vin")) {
    if (const auto vin = Vin::parse(*text))
      filter.vin = *vin;
    else
      faults.push_back({"?vin", vin.error().detail});
  }
  if (const auto text = call.query_value("state")) {
    filter.state = ota::parse_state(*text);
    if (!filter.state)
      faults.push_back({"?state", "must be one of the state names, such as WaitingBackoff or Active"});
  }
  if (const auto text = call.query_value("customer_id")) {
    if (const auto why = why_not(*text, kIdRule))
      faults.push_back({"?customer_id", *why});
    else
      filter.customer_id = CustomerId(*text);
  }
  if (!call.principal().sees_all()) filter.ordered_by = call.principal().subject();
  return filter;
}

void list_activations(CallPtr call) {
  Faults faults;
  ports::ActivationFilter filter = read_filter(*call, faults);
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  const std::size_t wanted = filter.limit;
  filter.limit += 1;  // One more than shown tells whether there is another page.
  call->env->store.list(
      filter,
      or_refuse<std::vector<ota::Activation>>(call, [call, wanted](std::vector<ota::Activation> found) {
        const bool more = found.size() > wanted;
        if (more) found.resize(wanted);
        std::vector<std::string> items;
        for (const auto& activation : found) items.push_back(seen_by(call->principal(), activation));
        call->reply(200, list_json(items, more ? std::optional(write_cursor(found.back().id.value()))
                                               : std::nullopt));
      }));
}

// -- cancelling -------------------------------------------------------------------------------------------

std::expected<std::string, Problem> read_reason(const std::string& text) {
  if (text.empty()) return std::string();
  auto body = Body::parse(text);
  if (!body) return std::unexpected(body.error());
  Faults faults;
  Fields fields(body->object(), "", faults);
  std::string reason = fields.optional_text("reason", kWordsRule).value_or("");
  fields.refuse_unknown();
  if (!faults.empty()) return std::unexpected(validation_problem(std::move(faults)));
  return reason;
}

void cancel_activation(CallPtr call) {
  auto reason = read_reason(call->request.body);
  if (!reason) return call->refuse(reason.error());
  find_activation(
      call, [reason = std::move(*reason)](const CallPtr& asked, const ota::Activation& activation) {
        asked->env->engine.cancel(activation.id, asked->principal().subject(), reason,
                                  or_refuse<ota::Activation>(asked, [asked](const ota::Activation& after) {
                                    asked->reply(200, seen_by(asked->principal(), after));
                                  }));
      });
}

}  // namespace

std::vector<Route> ota_routes() {
  return {
      {.method = "POST",
       .pattern = "/v1/ota/activations",
       .policy = kSenders,
       .handle = create_activation,
       .summary = "Order a service to be switched on or off in a vehicle",
       .tag = "ota",
       .response_schema = "Activation",
       .success = 201,
       .body = BodyRule::json,
       .request_schema = "ActivationOrder",
       .needs_key = true},
      {.method = "GET",
       .pattern = "/v1/ota/activations",
       .policy = kReaders,
       .handle = list_activations,
       .summary = "Activations, newest first",
       .tag = "ota",
       .response_schema = "ActivationList",
       .query = {"vin", "state", "customer_id", "limit", "cursor"}},
      {.method = "GET",
       .pattern = "/v1/ota/activations/{id}",
       .policy = kReaders,
       .handle = show_activation,
       .summary = "One activation as it stands",
       .tag = "ota",
       .response_schema = "Activation"},
      {.method = "GET",
       .pattern = "/v1/ota/activations/{id}/history",
       .policy = kReaders,
       .handle = show_history,
       .summary = "Its whole story: every transition, notice and what is still owed",
       .tag = "ota",
       .response_schema = "Story"},
      {.method = "POST",
       .pattern = "/v1/ota/activations/{id}/cancel",
       .policy = kSenders,
       .handle = cancel_activation,
       .summary = "Cancel: the newest wish wins",
       .tag = "ota",
       .response_schema = "Activation",
       .body = BodyRule::optional_json,
       .request_schema = "Cancellation"},
  };
}

}  // namespace contactor::api
