#pragma once

#include <string>
#include <unordered_map>

#include "store/migrations.h"
#include "store/sqlite/statement.h"

namespace contactor::store::sqlite {

enum class Role : std::uint8_t { writer, reader };

struct ConnectionParams {
  std::string path;
  Role role = Role::writer;
  int cache_kib = 16 * 1024;
  int checkpoint_pages = 4000;
};

/// One connection with its prepared statements. Thread: one at a time.
class Connection final : public Sql {
 public:
  /// @errors  unavailable (cannot be opened), internal (the file is damaged or no database).
  static Result<std::unique_ptr<Connection>> open(const ConnectionParams& params);
  ~Connection() override;

  /// The statement of this text, prepared once. The text must be the same object or an equal one each time.
  /// @errors  internal: the text is not SQL for this schema.
  [[nodiscard]] Result<Statement*> prepare(std::string_view text);

  [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
  Status begin_locked() override { return run("BEGIN IMMEDIATE"); }
  Status run(std::string_view script) override;
  Result<std::vector<Row>> rows(std::string_view query) override;

 private:
  explicit Connection(sqlite3* raw) : raw_(raw) {}
  Status configure(const ConnectionParams& params);

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  sqlite3* raw_;
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> prepared_;
};

}  // namespace contactor::store::sqlite
