#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "app/store_session.h"

namespace contactor::app {

// What commands on records of the common models have in common.

/// The path of one record below that of all; an empty id names none.
[[nodiscard]] std::string one_of(std::string_view all, const std::string& id);
/// A key for one request that creates: nothing is repeated under it.
[[nodiscard]] std::string fresh_key();
/// Every page: one line a record with these members, or the one document.
[[nodiscard]] Result<int> list_records(StoreSession& session, std::string_view path,
                                       std::initializer_list<std::string_view> members, bool as_json);
/// It is not used any more; its record stays, because others refer to it.
[[nodiscard]] Result<int> retire_record(StoreSession& session, std::string_view path, const std::string& id,
                                        bool as_json);

}  // namespace contactor::app
