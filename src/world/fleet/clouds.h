#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "world/fleet/cloud.h"

namespace contactor::world {

/// All makers' clouds: finds the one that a path belongs to, and lets the faults strike that any cloud may
/// have.
class FleetClouds {
 public:
  explicit FleetClouds(Context& context);
  ~FleetClouds();

  /// Nothing where the path belongs to no cloud.
  [[nodiscard]] std::optional<Reply> handle(const ports::HttpRequest& request, std::string_view path,
                                            std::string_view query, Instant now);
  /// Null where there is none of that prefix.
  [[nodiscard]] Cloud* find(std::string_view prefix);
  [[nodiscard]] const std::vector<std::unique_ptr<Cloud>>& all() const { return clouds_; }
  /// A whole cloud answers 503, or not at all, until it is set up again.
  enum class Outage : std::uint8_t { none, refuses, silent };
  void set_outage(std::string_view prefix, Outage outage);
  void heal();
  /// Requests that arrived at a cloud, its sign-in not counted.
  [[nodiscard]] std::uint64_t calls(std::string_view prefix) const;
  /// What reached one cloud, its sign-in not counted: how often, and when first and last.
  struct Traffic {
    std::string_view prefix;
    std::uint64_t calls = 0;
    Instant first_at;
    Instant last_at;
  };
  [[nodiscard]] std::vector<Traffic> traffic() const;

 private:
  struct Place;
  [[nodiscard]] Reply answer(Place& place, const ports::HttpRequest& request, std::string_view path,
                             std::string_view query, bool is_sign_in, Instant now);

  Context& context_;
  std::vector<std::unique_ptr<Cloud>> clouds_;
  std::vector<Place> places_;
};

}  // namespace contactor::world
