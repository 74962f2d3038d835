#include "charging_json/codec.h"

#include "charging/models.h"
#include "charging_json/read_value.h"
#include "charging_json/write_value.h"
#include "json/json.h"

namespace contactor::charging_json {
namespace {

using charging::for_each_field;
using charging::Presence;

constexpr json::Limits kDocumentLimits{.bytes = 64 * 1024, .depth = 32};

enum class Extent : std::uint8_t { whole, named_members };

/// What must not come in from this speaker, and why.
Complaint forbidden(Presence presence, Speaker speaker) {
  if (presence == Presence::hidden) return "is no member of this model";
  if (presence == Presence::ours && speaker == Speaker::anyone) return "is set by the program";
  return std::nullopt;
}

bool is_placeholder(const json::value& from, const FieldInfo& field) {
  if (!field.placeholder) return false;
  FieldInfo any = field;
  any.range = {INT64_MIN, INT64_MAX};
  std::int64_t count = 0;
  return !read_number(from, any, count) && count == *field.placeholder;
}

template <class Model>
class Reader {
 public:
  Reader(Model& model, const json::object& from, Speaker speaker, Extent extent)
      : model_(model), from_(from), speaker_(speaker), extent_(extent) {}

  std::vector<Fault> read_all() {
    for_each_field<Model>([this](const auto& field) { this->read_member(field); });
    if (known_ != from_.size()) refuse_unknown();
    return std::move(faults_);
  }

 private:
  template <class Value>
  void read_member(const charging::Field<Model, Value>& field) {
    const json::value* value = from_.if_contains(field.name);
    if (value != nullptr) ++known_;
    if (value == nullptr) {
      if (field.presence == Presence::required && extent_ == Extent::whole) blame(field.name, "is missing");
      return;
    }
    if (auto complaint = forbidden(field.presence, speaker_)) return blame(field.name, *complaint);
    const FieldInfo info = info_of(field);
    if (value->is_null()) return clear(field, info);
    if (is_placeholder(*value, info)) {
      if constexpr (requires { model_.quality; }) model_.quality.add(charging::Flag::placeholder_dropped);
      return clear(field, info);
    }
    if (auto complaint = read(*value, info, model_.*field.member)) blame(field.name, *complaint);
  }

  template <class Value>
  void clear(const charging::Field<Model, Value>& field, const FieldInfo& info) {
    if constexpr (charging::is_optional<Value>) {
      if (info.nullable) {
        (model_.*field.member).reset();
        return;
      }
    }
    blame(field.name, "must not be null");
  }

  void refuse_unknown() {
    for (const auto& member : from_) {
      bool known = false;
      for_each_field<Model>(
          [&](const auto& field) { known = known || field.name == std::string_view(member.key()); });
      if (!known) blame(json::shortened(member.key(), 64), "is no member of this model");
    }
  }

  void blame(std::string_view member, std::string what) {
    faults_.push_back({std::string(member), std::move(what)});
  }

  Model& model_;
  const json::object& from_;
  Speaker speaker_;
  Extent extent_;
  std::size_t known_ = 0;
  std::vector<Fault> faults_;
};

}  // namespace

template <class Model>
Decoded<Model> decode(const boost::json::object& from, Speaker speaker) {
  Decoded<Model> out;
  out.faults = Reader<Model>(out.model, from, speaker, Extent::whole).read_all();
  return out;
}

template <class Model>
Decoded<Model> change(Model model, const boost::json::object& from, Speaker speaker) {
  Decoded<Model> out{std::move(model), {}};
  out.faults = Reader<Model>(out.model, from, speaker, Extent::named_members).read_all();
  return out;
}

template <class Model>
Result<Model> decode_text(std::string_view text) {
  CTR_TRY(document, json::parse(text, kDocumentLimits));
  const auto* object = document.if_object();
  if (object == nullptr) return fail(ErrorKind::invalid, "charging_json", "not a JSON object");
  auto decoded = decode<Model>(*object, Speaker::program);
  if (decoded.good()) return std::move(decoded.model);
  return fail(ErrorKind::invalid, "charging_json", decoded.faults[0].member + " " + decoded.faults[0].what);
}

template <class Model>
std::string encode(const Model& model) {
  std::string out = "{";
  for_each_field<Model>([&]<class Value>(const charging::Field<Model, Value>& field) {
    if constexpr (charging::Shape<charging::BareOf<Value>>::kind != charging::Kind::secret) {
      if (field.presence == Presence::hidden) return;
      // What is not on record yet has no id, and null is none.
      if constexpr (requires {
                      (model.*field.member).str();
                      (model.*field.member).empty();
                    })
        if ((model.*field.member).empty()) return;
      if (out.size() > 1) out += ',';
      write_text(out, field.name);
      out += ':';
      write(out, model.*field.member);
    }
  });
  return out + '}';
}

#define CTR_INSTANTIATE(Model)                                                                    \
  template Decoded<charging::Model> decode<charging::Model>(const boost::json::object&, Speaker); \
  template Decoded<charging::Model> change(charging::Model, const boost::json::object&, Speaker); \
  template Result<charging::Model> decode_text<charging::Model>(std::string_view);                \
  template std::string encode(const charging::Model&);

CTR_INSTANTIATE(ChargingEvent)
CTR_INSTANTIATE(ChargingStat)
CTR_INSTANTIATE(Vehicle)
CTR_INSTANTIATE(Credential)
CTR_INSTANTIATE(Client)
CTR_INSTANTIATE(ClientService)
CTR_INSTANTIATE(Service)
CTR_INSTANTIATE(EventLog)
CTR_INSTANTIATE(LastRunTime)
CTR_INSTANTIATE(Location)
#undef CTR_INSTANTIATE

}  // namespace contactor::charging_json
