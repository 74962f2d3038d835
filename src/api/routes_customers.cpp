// What a customer has: the status screen and the purchase record.

#include "api/activation_codec.h"
#include "api/environment.h"
#include "api/fields.h"
#include "api/find.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr Policy kReaders =
    Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin, Role::service});

/// One page of the customer's activations, newest first; unknown customers have none.
void read_activations(
    const CallPtr& call,
    std::move_only_function<void(const CallPtr&, std::vector<ota::Activation>, std::optional<std::string>)>
        then) {
  Faults faults;
  const Page page = read_page(*call, faults);
  const std::string& customer = call->path_value("id");
  if (why_not(customer, kIdRule)) return call->refuse(no_such_thing());
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  ports::ActivationFilter filter{
      .customer_id = CustomerId(customer), .limit = page.limit + 1, .after = ActivationId(page.after)};
  if (!call->principal().sees_all()) filter.ordered_by = call->principal().subject();
  call->env->store.list(
      filter, or_refuse<std::vector<ota::Activation>>(
                  call, [call, page, then = std::move(then)](std::vector<ota::Activation> found) mutable {
                    const bool more = found.size() > page.limit;
                    if (more) found.resize(page.limit);
                    auto next = more ? std::optional(write_cursor(found.back().id.value())) : std::nullopt;
                    then(call, std::move(found), std::move(next));
                  }));
}

std::string masked_for(const Principal& principal, const json::object& document, const Vin& vin) {
  std::string text = json::serialize(document);
  return principal.sees_personal_data() ? text : mask_vin(std::move(text), vin);
}

json::object status_item(const ota::Activation& activation) {
  json::object item = activation_object(activation);
  item["money"] = money_words(activation);
  return item;
}

void show_services(CallPtr call) {
  read_activations(call, [](const CallPtr& asked, const std::vector<ota::Activation>& found,
                            const std::optional<std::string>& next) {
    std::vector<std::string> items;
    for (const auto& activation : found)
      items.push_back(masked_for(asked->principal(), status_item(activation), activation.order->vin));
    asked->reply(200, list_json(items, next));
  });
}

struct Record {
  std::vector<ota::Activation> left;  ///< oldest first: taken from the back
  std::vector<std::string> items;
  std::optional<std::string> next;
};

json::object purchase(const Story& story) {
  const ota::Order& order = *story.activation.order;
  json::object item = story_object(story);
  item.erase("next_cursor");
  item["events"] = std::move(item["items"]);
  item.erase("items");
  item["order_id"] = order.order_id.str();
  item["money_state"] = ota::to_string(story.activation.money_state);
  item["money"] = money_words(story.activation);
  item["ordered_at"] = moment_value(order.requested_at);
  return item;
}

/// Reads the stories one after the other: a page is small, and the store is not asked for hundreds of things
/// at once.
void read_next(const CallPtr& call, const std::shared_ptr<Record>& record) {
  if (record->left.empty()) return call->reply(200, list_json(record->items, record->next));
  ota::Activation activation = std::move(record->left.back());
  record->left.pop_back();
  read_story(call, std::move(activation), [record](const CallPtr& asked, const Story& story) {
    record->items.push_back(masked_for(asked->principal(), purchase(story), story.activation.order->vin));
    read_next(asked, record);
  });
}

void show_record(CallPtr call) {
  read_activations(
      call, [](const CallPtr& asked, std::vector<ota::Activation> found, std::optional<std::string> next) {
        auto record = std::make_shared<Record>();
        std::ranges::reverse(found);
        record->left = std::move(found);
        record->next = std::move(next);
        read_next(asked, record);
      });
}

}  // namespace

std::vector<Route> customer_routes() {
  return {
      {.method = "GET",
       .pattern = "/v1/customers/{id}/services",
       .policy = kReaders,
       .handle = show_services,
       .summary = "The customer's status screen",
       .tag = "customers",
       .response_schema = "ActivationList",
       .query = {"limit", "cursor"}},
      {.method = "GET",
       .pattern = "/v1/customers/{id}/record",
       .policy = kReaders,
       .handle = show_record,
       .summary = "The customer's purchase record: orders, events, notices, money",
       .tag = "customers",
       .response_schema = "RecordList",
       .query = {"limit", "cursor"}},
  };
}

}  // namespace contactor::api
