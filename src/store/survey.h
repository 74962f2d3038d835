#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/migrations.h"

namespace contactor::store {

/// What `contactor doctor` wants to know of a PostgreSQL database. Reads only.
struct Survey {
  int version = 0;                 ///< 15 for 15.8
  bool is_primary = false;         ///< takes writes
  bool is_read_only = false;       ///< closed for writes by its settings
  bool syncs = false;              ///< fsync and full_page_writes are on
  std::string synchronous_commit;  ///< on, remote_apply, local, off …
  std::string standbys;            ///< those that a commit waits for, as the server names them; empty: none
  Instant clock;                   ///< of the server, when it was asked
  std::int64_t connections_free = 0;
  std::int64_t timeline = 0;  ///< rises with each promotion
  int revision = 0;           ///< of the schema

  struct Node {
    std::string name;
    std::string version;
    bool leaving = false;
    bool alive = false;
    Millis since_beat{0};
    int shards = 0;
  };
  std::vector<Node> nodes;  ///< that were seen in the last day, by name
  int shards_unowned = 0;   ///< whose owner's lease has ended, or that never had one
};

/// @errors  invalid: not PostgreSQL; those of the server.
[[nodiscard]] Result<Survey> survey(Migrations& migrations);

}  // namespace contactor::store
