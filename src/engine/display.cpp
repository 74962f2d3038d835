// A text in the car: the one notice that is a command.

#include <fmt/format.h>

#include "engine/impl.h"

namespace contactor::engine {

/// Why no text may be sent to the vehicle now; `retry_after` where that passes soon.
std::optional<Error> Engine::Impl::keeps_text_back(
    const Vin& vin, const Result<ports::Store::VehicleContext>& context) const {
  const auto slot = slots_.find(vin);
  const bool held = slot != slots_.end() && !slot->second.holder.empty();
  const bool busy = held || (context && is_waited_for(context->ledger, ActivationId()));
  const std::size_t reserve = settings_.policy.commands_per_hour / 2;
  const bool has_room = context && context->ledger.sends.size() < reserve;
  if (!may_act() || caution_.is_needed(now()) || busy || !has_room || breaker_.is_open())
    return Error{
        .kind = ErrorKind::invalid, .origin = "engine", .detail = "commands for features come first"};
  const auto until = not_before(context->ledger.busy_until);
  if (!until) return std::nullopt;
  return Error{.kind = ErrorKind::unavailable,
               .retry_after = *until - now(),
               .origin = "engine",
               .detail = "another command is on its way to the vehicle"};
}

/// A text in the car is a configure command of the lowest class: it goes only where the vehicle is free and
/// most of its hour is unspent.
void Engine::Impl::display(Owed& owed, const ota::Activation& activation, const std::string& text) {
  const OwedRef ref = owed.ref();
  const Vin vin = activation.order->vin;
  const Instant expires = now() + std::chrono::minutes(1);
  const auto send = [self = self_, ref, vin, text, expires](ports::CommandLedger ledger) {
    Impl& engine = **self;
    ports::ConfigureCommand command{.vin = vin,
                                    .command_id = ledger.last_command_id,
                                    .service_id = ServiceId(engine.settings_.display_service_id),
                                    .enable = true,
                                    .configuration = fmt::format(R"({{"text":"{}"}})", text),
                                    .generation = ledger.generation,
                                    .expires_at = expires};
    const auto answer = [self, ref](const ota::CommandAnswer& reply) {
      if (!*self) return;
      using AnswerKind = ota::CommandAnswer::Kind;
      const bool fine = reply.kind == AnswerKind::accepted || reply.kind == AnswerKind::confirmed;
      (*self)->told(ref, fine
                             ? Status()
                             : Status(fail(ErrorKind::invalid, "iot_api", "the display text was not taken")));
    };
    engine.ports_.iot.configure(std::move(command), engine.respond_by(), answer);
  };
  ports_.store.vehicle_context(
      vin, [self = self_, ref, send, vin](Result<ports::Store::VehicleContext> context) {
        if (!*self) return;
        Impl& engine = **self;
        const Owed* owed_now = engine.find_owed(ref);
        if (owed_now == nullptr) return;
        if (auto why = engine.keeps_text_back(vin, context)) return engine.told(ref, fail(std::move(*why)));
        ports::CommandLedger ledger = std::move(context->ledger);
        ledger.version += 1;
        ledger.generation += 1;
        ledger.last_command_id = "dsp_" + owed_now->entry.key;
        ledger.sends.push_back(engine.clock_.latest());
        const Instant never = Instant::never();
        ports::OutboxWrite intent{.id = ref.id,
                                  .postponed = owed_now->entry,
                                  .notice = {},
                                  .ledger = ledger,
                                  .epoch = engine.shards_.epoch(vin.shard())};
        intent.postponed->next_try_at = never;
        engine.ports_.store.write(
            std::move(intent), [self, ref, send, ledger, vin](const Status& status) mutable {
              if (!*self) return;
              if (!status || !(*self)->may_act())
                return (*self)->told(ref, fail(ErrorKind::invalid, "engine", "another command was faster"));
              const auto slot_now = (*self)->slots_.find(vin);
              if (slot_now != (*self)->slots_.end()) slot_now->second.ledger = ledger;
              send(std::move(ledger));
            });
      });
}

}  // namespace contactor::engine
