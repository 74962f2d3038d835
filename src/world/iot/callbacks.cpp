#include "world/iot/callbacks.h"

namespace contactor::world {
namespace {

std::string body_of(std::string_view command_id, const Vin& vin, std::string_view status,
                    const Command& command, Instant at) {
  std::string out;
  out.reserve(240);
  out += R"({"commandId":)";
  append_quoted(out, command_id);
  fmt::format_to(std::back_inserter(out), R"(,"vin":"{}","status":"{}","generation":{},"at":"{}")", vin.str(),
                 status, command.generation, to_rfc3339(at));
  if (!command.error_code.empty() && status != "applied")
    fmt::format_to(std::back_inserter(out),
                   R"(,"error":{{"code":"{0}","message":"the vehicle answered {0}"}})", command.error_code);
  out += '}';
  return out;
}

}  // namespace

Letter Callbacks::letter(const Command& command, std::string body) {
  return {.url = command.callback_url,
          .message_id = fmt::format("msg_{:012}", ++last_id_),
          .body = std::move(body),
          .secret = context_.params.iot_callback_secret};
}

void Callbacks::announce(const Command& command, const Vin& vin, Instant now) {
  if (command.callback_url.empty()) return;
  Faults& faults = context_.faults;
  Instant at = now;
  if (faults.strikes(FaultKind::callback_delayed))
    at = now + context_.between(std::chrono::minutes(1), std::chrono::minutes(20));
  else if (faults.strikes(FaultKind::callback_reordered))
    at = now + context_.between(std::chrono::seconds(1), std::chrono::seconds(30));

  Letter real = letter(command, body_of(command.id, vin, to_string(command.state), command, now));
  if (faults.strikes(FaultKind::callback_duplicate)) {
    for (auto left = 1 + faults.dice().below(3); left > 0; --left)
      context_.outbox.post(real, at + context_.between(Millis(0), std::chrono::minutes(2)));
  }
  if (faults.strikes(FaultKind::callback_stale)) {
    Letter replay = real;
    replay.timestamp_shift = -std::chrono::minutes(10);
    replay.repeats = false;
    context_.outbox.post(std::move(replay), at + std::chrono::seconds(1));
  }
  if (faults.strikes(FaultKind::callback_unknown)) {
    Letter foreign =
        letter(command, body_of(fmt::format("foreign-{}", last_id_), vin, "applied", command, now));
    foreign.repeats = false;
    context_.outbox.post(std::move(foreign), at);
  }
  real.bad_signature = faults.strikes(FaultKind::callback_bad_signature);
  context_.outbox.post(std::move(real), at);
}

void Callbacks::forge(const Command& command, const Vin& vin, Instant now) {
  if (command.callback_url.empty() || !context_.faults.strikes(FaultKind::callback_forged)) return;
  Letter forged = letter(command, body_of(command.id, vin, "applied", command, now));
  forged.secret = "whsec_Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2Vk";
  forged.repeats = false;
  context_.outbox.post(std::move(forged), now + context_.between(Millis(10), std::chrono::seconds(5)));
}

}  // namespace contactor::world
