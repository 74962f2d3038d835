#include "charging/catalogue.h"

#include "charging/models.h"
#include "charging/shape.h"

namespace contactor::charging {
namespace {

template <class Model>
constexpr auto kInfos =
    std::apply([](const auto&... field) { return std::array{info_of(field)...}; }, Table<Model>::fields);

template <class Model>
constexpr ModelInfo model_info() {
  using Of = Table<Model>;
  return {Of::name, Of::title, Of::route, Of::doc, kInfos<Model>};
}

const std::vector<ModelInfo>& all() {
  static const std::vector<ModelInfo> infos = [] {
    std::vector<ModelInfo> out;
    for_each_model([&]<class Model>() { out.push_back(model_info<Model>()); });
    return out;
  }();
  return infos;
}

}  // namespace

std::span<const ModelInfo> models() { return all(); }

const ModelInfo* find_model(std::string_view name) {
  for (const auto& model : models())
    if (model.name == name || model.title == name || model.route == name) return &model;
  return nullptr;
}

}  // namespace contactor::charging
