#pragma once

#include <cstddef>
#include <unordered_map>

namespace contactor::engine {

/// A hash map that remembers what was asked for last: while something happens to one activation it is looked
/// up twenty times, and in a map of a hundred thousand each look-up waits for memory.
template <class Key, class Value>
class RecentMap {
 public:
  using Map = std::unordered_map<Key, Value>;
  using iterator = typename Map::iterator;

  RecentMap() = default;
  RecentMap(const RecentMap&) = delete;
  RecentMap& operator=(const RecentMap&) = delete;

  [[nodiscard]] iterator find(const Key& key) {
    if (last_ != map_.end() && last_->first == key) return last_;
    const iterator found = map_.find(key);
    if (found != map_.end()) last_ = found;
    return found;
  }
  [[nodiscard]] typename Map::const_iterator find(const Key& key) const {
    return last_ != map_.end() && last_->first == key ? last_ : map_.find(key);
  }
  [[nodiscard]] bool contains(const Key& key) { return find(key) != map_.end(); }
  Value& operator[](const Key& key) {
    if (const iterator found = find(key); found != map_.end()) return found->second;
    // Iterators of before do not outlive it.
    last_ = map_.try_emplace(key).first;
    return last_->second;
  }
  void erase(const Key& key) {
    last_ = map_.end();
    map_.erase(key);
  }
  void erase(iterator at) {
    last_ = map_.end();
    map_.erase(at);
  }
  template <class Condition>
  void erase_if(Condition condition) {
    last_ = map_.end();
    std::erase_if(map_, condition);
  }

  [[nodiscard]] iterator begin() { return map_.begin(); }
  [[nodiscard]] iterator end() { return map_.end(); }
  [[nodiscard]] auto begin() const { return map_.begin(); }
  [[nodiscard]] auto end() const { return map_.end(); }
  [[nodiscard]] std::size_t size() const { return map_.size(); }

 private:
  Map map_;
  iterator last_ = map_.end();
};

}  // namespace contactor::engine
