#pragma once

#include "rig.h"

namespace contactor::upstream {

/// The four ways in which an answer to a configure command can be taken.
enum class Taken : std::uint8_t {
  refused_for_good,  ///< nothing more is sent: ticket, money back
  refused_for_now,   ///< an attempt is spent, the next one follows
  unclear,           ///< the car is asked, and nothing is sent before its five minutes are over
  not_an_attempt,    ///< waits, and neither attempts nor retries are counted
};

/// One strange answer, then a world that works.
void expect_taken_once(const Mishap& mishap, Taken taken);
/// The same strange answer for ever: bounded sends, one ticket, and the customer's money is free.
void expect_taken_for_ever(const Mishap& mishap, Taken taken);

}  // namespace contactor::upstream
