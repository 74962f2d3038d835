#pragma once

#include <string>

#include "ota/activation.h"

namespace contactor::ota {

/// Does the ledger prove that a paying customer was not charged: a hold that was voided, and nothing else? An
/// order without a payment and one before delivery claim nothing: nobody there waits for these words.
/// @source  RULINGS T19, T55.
[[nodiscard]] bool provably_not_charged(const Activation& activation);
/// What becomes of the money of an undelivered service, in one or two sentences; empty where there is none.
/// @param today  the moment of the step that says so: a finished refund names its day.
[[nodiscard]] std::string return_words(const Activation& activation, Instant today);
/// The state of the payment for a receipt: "reserved; it will be charged when your car confirms the
/// activation".
[[nodiscard]] std::string receipt_words(const Activation& activation, Instant today);
/// What the delivered service costs.
[[nodiscard]] std::string cost_words(const Activation& activation);

/// `30 days`, `1 day 12 hours`, `permanent`.
[[nodiscard]] std::string duration_words(const std::optional<Millis>& duration);
/// `2026-11-21`, UTC.
[[nodiscard]] std::string day_words(Instant at);
/// `2026-11-21 06:38 UTC`.
[[nodiscard]] std::string moment_words(Instant at);

}  // namespace contactor::ota
