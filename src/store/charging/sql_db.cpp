#include "store/charging/sql_db.h"

#include <cctype>
#include <map>
#include <mutex>

namespace contactor::store {
namespace {

/// `$1::int8` as SQLite has it: `?1`.
std::string for_sqlite(std::string_view sql) {
  std::string text;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    if (sql[at] != '$') {
      text += sql[at];
      continue;
    }
    text += '?';
    while (at + 1 < sql.size() && std::isdigit(static_cast<unsigned char>(sql[at + 1])) != 0)
      text += sql[++at];
    if (!sql.substr(at + 1).starts_with("::")) continue;
    at += 2;
    while (at + 1 < sql.size() && std::isalnum(static_cast<unsigned char>(sql[at + 1])) != 0) ++at;
  }
  return text;
}

}  // namespace

const SqlText& sql_text(const SqlDb& db, std::string_view name, const std::function<std::string()>& make) {
  static std::mutex mutex;
  static std::map<std::pair<Dialect, std::string>, std::unique_ptr<const SqlText>> texts;
  const std::lock_guard lock(mutex);
  auto& text = texts[{db.dialect(), std::string(name)}];
  if (!text) {
    auto sql = make();
    text = std::make_unique<const SqlText>(
        SqlText{.name = std::string(name), .sql = db.is_postgres() ? std::move(sql) : for_sqlite(sql)});
  }
  return *text;
}

}  // namespace contactor::store
