#pragma once

#include <optional>

#include "base/instant.h"
#include "charging/gazetteer.h"
#include "charging/location.h"

namespace contactor::charging {

/// A square of a thousandth of a degree, about 110 m from north to south, by its middle: what a place on
/// record is. Coarse enough that one car park is one place and a driver's door is none, fine enough for an
/// address.
struct Cell {
  TenMillionthDegrees latitude;
  TenMillionthDegrees longitude;
  friend bool operator==(Cell, Cell) = default;
};

/// @return  nothing for what is no place: 0/0, which devices send for "unknown", and what lies off the globe.
/// 180°
///          east and west are one cell, and each pole is one.
[[nodiscard]] std::optional<Cell> cell_of(TenMillionthDegrees latitude, TenMillionthDegrees longitude);

/// The record of a cell, with the nearest town as its address, and its country. Where no town is near, both
/// are unknown, and it counts as resolved all the same: nobody will find one later.
[[nodiscard]] Location location_at(Cell cell, const Gazetteer& gazetteer, Instant now);

}  // namespace contactor::charging
