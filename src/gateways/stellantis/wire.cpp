#include "gateways/stellantis/wire.h"

#include "json/json.h"
#include "ports/http_error.h"

namespace contactor::gateways::stellantis {
namespace {

constexpr std::size_t kDetailMax = 200;
constexpr std::size_t kItemsMax = 100'000;
constexpr json::Limits kListLimits{.bytes = 32 << 20, .depth = 32};

std::unexpected<Error> protocol(std::string what, Applied applied = Applied::no) {
  return fail(Error{.kind = ErrorKind::protocol,
                    .applied = applied,
                    .retry_after = {},
                    .origin = "stellantis",
                    .detail = std::move(what)});
}

/// Nobody but the cloud spoke: JSON, or nothing at all.
bool is_its_word(const ports::HttpResponse& response) {
  return response.body.empty() || json::parse(response.body, kListLimits).has_value();
}

/// What the body says; the shape of errors is not documented.
std::string said_in(const ports::HttpResponse& response) {
  const auto document = json::parse(response.body);
  const auto* body = document ? document->if_object() : nullptr;
  if (body == nullptr) return {};
  for (const auto* key : {"message", "error", "error_code", "detail"})
    if (auto text = json::short_text_at(*body, key, kDetailMax); !text.empty()) return text;
  return {};
}

Error error_in(const ports::HttpResponse& response, Instant now) {
  const bool did_nothing = response.status >= 400 && response.status < 500 && response.status != 408;
  const bool is_word = is_its_word(response);
  auto error = ports::error_of(response, "stellantis", said_in(response),
                               did_nothing && is_word ? Applied::no : Applied::maybe, now);
  if (!is_word && response.status < 500) error.kind = ErrorKind::protocol;
  return error;
}

/// Of a call that only reads. Whatever its status says, the port knows only these kinds.
Error read_error(const ports::HttpResponse& response, Instant now) {
  auto error = error_in(response, now);
  error.applied = Applied::no;
  if (error.kind == ErrorKind::not_found || error.kind == ErrorKind::invalid ||
      error.kind == ErrorKind::conflict)
    error.kind = ErrorKind::protocol;
  return error;
}

Result<json::array> list_in(const ports::HttpResponse& response, Instant now) {
  if (response.status != 200) return fail(read_error(response, now));
  auto document = json::parse(response.body, kListLimits);
  if (!document || !document->is_array()) return protocol("a list was expected");
  if (document->get_array().size() > kItemsMax) return protocol("the list is too long");
  return std::move(document->get_array());
}

Instant moment_at(const json::object& body, std::string_view key, Instant otherwise) {
  return parse_rfc3339(json::string_at(body, key).value_or("")).value_or(otherwise);
}

std::optional<Vin> vin_at(const json::object& body) {
  const auto vin = Vin::parse(json::string_at(body, "vin").value_or(""));
  return vin ? std::optional(*vin) : std::nullopt;
}

std::optional<Contract> contract_in(const json::value& value) {
  const auto* body = value.if_object();
  const auto* car = body == nullptr ? nullptr : json::object_at(*body, "car");
  const auto vin = car == nullptr ? std::nullopt : vin_at(*car);
  auto id = body == nullptr ? std::string() : json::short_text_at(*body, "_id", 256);
  if (!vin || id.empty()) return std::nullopt;
  return Contract{.id = std::move(id),
                  .vin = *vin,
                  .status = json::short_text_at(*body, "status", 64),
                  .from = moment_at(*body, "from", Instant()),
                  .to = moment_at(*body, "to", Instant::never())};
}

}  // namespace

Result<Page> read_page(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(list, list_in(response, now));
  Page page{.items = list.size(), .first_id = {}, .contracts = {}};
  for (const auto& value : list)
    if (auto contract = contract_in(value)) page.contracts.push_back(std::move(*contract));
  if (page.items > 0 && page.contracts.empty()) return protocol("a page of contracts without one contract");
  if (page.items > 0) page.first_id = page.contracts.front().id;
  return page;
}

Result<std::map<Vin, Ineligible>> read_eligibility(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(list, list_in(response, now));
  std::map<Vin, Ineligible> answers;
  for (const auto& value : list) {
    const auto* body = value.if_object();
    const auto vin = body == nullptr ? std::nullopt : vin_at(*body);
    if (!vin) continue;
    const auto eligible = json::bool_at(*body, "eligible");
    if (const auto code = json::short_text_at(*body, "error_code", kDetailMax); !code.empty())
      answers.insert_or_assign(*vin, code);
    else if (eligible)
      answers.insert_or_assign(*vin, *eligible ? Ineligible() : Ineligible("not eligible"));
  }
  return answers;
}

Result<Created> read_created(const ports::HttpResponse& response, const Vin& vin, Instant now) {
  if (response.status == 409 && is_its_word(response))
    return Created{.contract = {}, .is_taken = true, .refusal = {}};
  if (response.status == 200 || response.status == 201) {
    const auto document = json::parse(response.body);
    const auto* body = document ? document->if_object() : nullptr;
    auto id = body == nullptr ? std::string() : json::short_text_at(*body, "_id", 256);
    if (id.empty()) return protocol("a contract was taken, and its answer names none", Applied::maybe);
    return Created{.contract = Contract{.id = std::move(id),
                                        .vin = vin,
                                        .status = json::short_text_at(*body, "status", 64),
                                        .from = moment_at(*body, "from", now),
                                        .to = moment_at(*body, "to", Instant::never())},
                   .is_taken = false,
                   .refusal = {}};
  }
  auto error = error_in(response, now);
  if (error.kind != ErrorKind::invalid && error.kind != ErrorKind::not_found) return fail(std::move(error));
  return Created{.contract = {},
                 .is_taken = false,
                 .refusal = fleet::CloudState{.standing = fleet::Standing::refused,
                                              .reason = "unknown_reason",
                                              .detail = error.detail,
                                              .handle = {}}};
}

Status read_joined(const ports::HttpResponse& response, Instant now) {
  const bool is_in = response.status == 200 || response.status == 201 || response.status == 204;
  if (is_in && is_its_word(response) && said_in(response).empty()) return {};
  return fail(error_in(response, now));
}

Result<fleet::Standing> read_deleted(const ports::HttpResponse& response, Instant now) {
  if (is_its_word(response)) {
    const bool is_done = response.status == 200 || response.status == 204;
    if (is_done && said_in(response).empty()) return fleet::Standing::ending;
    if (response.status == 404) return fleet::Standing::inactive;
  }
  auto error = error_in(response, now);
  if (error.kind == ErrorKind::invalid || error.kind == ErrorKind::conflict) error.kind = ErrorKind::protocol;
  return fail(std::move(error));
}

}  // namespace contactor::gateways::stellantis
