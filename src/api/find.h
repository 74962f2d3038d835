#pragma once

#include <functional>

#include "api/activation_codec.h"
#include "api/call.h"

namespace contactor::api {

/// The activation that the path's `{id}` names, as far as the caller may know of it; everything else is
/// answered with 404.
void find_activation(const CallPtr& call,
                     std::move_only_function<void(const CallPtr&, ota::Activation)> then);
/// Adds history, notices and what is still owed.
void read_story(const CallPtr& call, ota::Activation activation,
                std::move_only_function<void(const CallPtr&, Story)> then);

}  // namespace contactor::api
