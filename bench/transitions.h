#pragma once

#include <cstdint>
#include <string>

namespace contactor::bench {

struct TransitionParams {
  std::string store_url;
  std::uint64_t rows = 100'000;  ///< live activations, touched in random order
  std::uint64_t count = 500'000;
  std::uint64_t in_flight = 4'000;
};
/// What the store commits: fenced steps of random live activations, each with one history entry and one
/// outbox entry, handed in as fast as they are taken.
void transitions(const TransitionParams& params);

struct BareParams {
  std::string connection;      ///< a libpq connection string
  std::string schema_file;     ///< the tables with their rows, as SQL; `:rows` is how many
  std::string statement_file;  ///< the fenced statement
  std::uint64_t rows = 100'000;
  std::uint64_t count = 500'000;
  std::uint64_t batch = 1'000;  ///< steps in one transaction
  std::uint64_t connections = 1;
};
/// The limit of P7: the same work as one statement with binary arrays, driven by a loop over libpq that does
/// nothing else.
void bare_libpq(const BareParams& params);

}  // namespace contactor::bench
