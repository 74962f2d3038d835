#pragma once

#include <string>
#include <vector>

#include "api/call.h"
#include "charging_json/codec.h"
#include "ports/charging_store.h"

namespace contactor::api {

/// A record as this caller may see it: for viewers without the whole VIN, the exact place, and what a
/// provider wrote in words of its own.
template <class Model>
[[nodiscard]] std::string seen_record(const Call& call, const Model& model);

/// `GET` of a list and of one. A service account sees what its client may see.
template <class Model>
void list_records(CallPtr call);
template <class Model>
void show_record(CallPtr call);

/// The record that the path names, if the caller may see it; every refusal is answered here.
template <class Model>
void find_record(const CallPtr& call, ports::Done<Model> then);

/// Which query parameters a list of the model knows.
template <class Model>
[[nodiscard]] std::vector<std::string_view> list_query();

/// What is wrong with the members of a body, as pointers into it.
[[nodiscard]] Faults to_faults(const std::vector<charging_json::Fault>& faults, const std::string& pointer);

[[nodiscard]] ports::ChargingStore& charging_store(const Call& call);

}  // namespace contactor::api
