#include "crypto/schnorr_p256.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "crypto/crypto.h"
#include "crypto/encoding.h"

namespace contactor::crypto {
namespace {

constexpr std::size_t kScalarSize = 32;
constexpr std::size_t kPointSize = 65;
constexpr std::string_view kHeader = R"({"alg":"Tesla.SS256","typ":"JWT"})";

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const { EC_POINT_free(point); }
};
using Number = std::unique_ptr<BIGNUM, Free>;
using Point = std::unique_ptr<EC_POINT, Free>;

std::unexpected<Error> refuse(std::string why) {
  ERR_clear_error();
  return fail(ErrorKind::invalid, "schnorr", std::move(why));
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// P-256 with the scratch that its arithmetic needs. OpenSSL fails here only without memory.
class Curve {
 public:
  Curve() : group_(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)), scratch_(BN_CTX_new()) {
    CTR_ASSERT(group_ != nullptr && scratch_ != nullptr);
  }
  [[nodiscard]] const BIGNUM* order() const { return EC_GROUP_get0_order(group_.get()); }

  [[nodiscard]] static Number number(std::string_view big_endian) {
    Number value(BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), nullptr));
    CTR_ASSERT(value != nullptr);
    BN_set_flags(value.get(), BN_FLG_CONSTTIME);
    return value;
  }
  [[nodiscard]] static std::string text(const BIGNUM* value) {
    std::string out(kScalarSize, '\0');
    CTR_ASSERT(BN_bn2binpad(value, bytes(out), kScalarSize) == static_cast<int>(kScalarSize));
    return out;
  }
  [[nodiscard]] bool is_scalar(const BIGNUM* value) const {
    return BN_is_zero(value) == 0 && BN_cmp(value, order()) < 0;
  }
  /// `factor`·G, and where a point is given `more`·point on top.
  [[nodiscard]] Point multiple(const BIGNUM* factor, const EC_POINT* point = nullptr,
                               const BIGNUM* more = nullptr) const {
    Point out(EC_POINT_new(group_.get()));
    CTR_ASSERT(EC_POINT_mul(group_.get(), out.get(), factor, point, more, scratch_.get()) == 1);
    return out;
  }
  [[nodiscard]] std::string encoded(const EC_POINT* point) const {
    std::string out(kPointSize, '\0');
    const std::size_t size = EC_POINT_point2oct(group_.get(), point, POINT_CONVERSION_UNCOMPRESSED,
                                                bytes(out), out.size(), scratch_.get());
    out.resize(size);  // The point at infinity is a single byte.
    return out;
  }
  /// Null where the bytes are no point on the curve.
  [[nodiscard]] Point decoded(std::string_view text) const {
    Point out(EC_POINT_new(group_.get()));
    if (text.size() != kPointSize ||
        EC_POINT_oct2point(group_.get(), out.get(), bytes(text), text.size(), scratch_.get()) != 1) {
      ERR_clear_error();
      return nullptr;
    }
    return out;
  }
  /// `first` − `left`·`right`, modulo the order.
  [[nodiscard]] Number difference(const BIGNUM* first, const BIGNUM* left, const BIGNUM* right) const {
    const Number product(BN_new());
    Number out(BN_new());
    CTR_ASSERT(BN_mod_mul(product.get(), left, right, order(), scratch_.get()) == 1);
    CTR_ASSERT(BN_mod_sub(out.get(), first, product.get(), order(), scratch_.get()) == 1);
    return out;
  }
  [[nodiscard]] Number reduced(std::string_view big_endian) const {
    const Number whole = number(big_endian);
    Number out(BN_new());
    CTR_ASSERT(BN_nnmod(out.get(), whole.get(), order(), scratch_.get()) == 1);
    return out;
  }

 private:
  std::unique_ptr<EC_GROUP, Free> group_;
  std::unique_ptr<BN_CTX, Free> scratch_;
};

void append_with_length(std::string& out, std::string_view part) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<unsigned char>(part.size() >> static_cast<unsigned>(shift)));
  out += part;
}

/// c = SHA-256 of G, V, A and the message, each behind its length.
Number challenge_of(const Curve& curve, std::string_view nonce_point, std::string_view public_key,
                    std::string_view message) {
  const Number one = Curve::number(std::string_view("\x01", 1));
  std::string text;
  append_with_length(text, curve.encoded(curve.multiple(one.get()).get()));
  append_with_length(text, nonce_point);
  append_with_length(text, public_key);
  append_with_length(text, message);
  return Curve::number(bytes_of(sha256(text)));
}

Result<std::string> scalar_in(const Secret& pem) {
  const std::string& text = pem.reveal();
  if (text.empty() || text.size() > 64 * 1024) return refuse("the private key is empty or too large");
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  // Without a callback OpenSSL would ask for a passphrase on the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  const std::unique_ptr<EVP_PKEY, Free> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr) return refuse("the private key is not PEM without a passphrase");
  char group[64] = {};
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC ||
      EVP_PKEY_get_utf8_string_param(key.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, nullptr) !=
          1 ||
      std::string_view(group) != "prime256v1")
    return refuse("the private key is not one of the curve P-256");
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &raw) != 1)
    return refuse("the key has no private part");
  const Number scalar(raw);
  return Curve::text(scalar.get());
}

}  // namespace

std::string nonce_of(const Secret& scalar, std::string_view message) {
  const Curve curve;
  const std::string seed = scalar.reveal() + Curve::text(curve.reduced(bytes_of(sha256(message))).get());
  // RFC 6979, section 3.2, steps b to h.
  std::string key(32, '\0');
  std::string value(32, '\1');
  const auto step = [&](std::string_view more) {
    key = bytes_of(hmac_sha256(key, value + std::string(more)));
    value = bytes_of(hmac_sha256(key, value));
  };
  step(std::string(1, '\0') + seed);
  step(std::string(1, '\1') + seed);
  while (true) {
    value = bytes_of(hmac_sha256(key, value));
    if (curve.is_scalar(Curve::number(value).get())) return value;
    step(std::string(1, '\0'));
  }
}

Result<SchnorrKey> SchnorrKey::from_pem(const Secret& pem) {
  CTR_TRY(scalar, scalar_in(pem));
  return from_scalar(Secret(std::move(scalar)));
}

Result<SchnorrKey> SchnorrKey::from_scalar(const Secret& scalar) {
  const Curve curve;
  if (scalar.reveal().size() != kScalarSize) return refuse("a scalar of P-256 has 32 bytes");
  const Number value = Curve::number(scalar.reveal());
  if (!curve.is_scalar(value.get())) return refuse("the scalar is not between zero and the order of P-256");
  return SchnorrKey(scalar, curve.encoded(curve.multiple(value.get()).get()));
}

std::string SchnorrKey::sign(std::string_view message) const {
  const Curve curve;
  const Number nonce = Curve::number(nonce_of(scalar_, message));
  const std::string point = curve.encoded(curve.multiple(nonce.get()).get());
  const Number challenge = challenge_of(curve, point, public_key_, message);
  const Number scalar = Curve::number(scalar_.reveal());
  // The first byte only says that the point is uncompressed.
  return point.substr(1) + Curve::text(curve.difference(nonce.get(), scalar.get(), challenge.get()).get());
}

std::string SchnorrKey::sign_jws(std::string_view claims_json) const {
  std::string text = to_base64url(kHeader) + "." + to_base64url(claims_json);
  const std::string signature = sign(text);
  text += '.';
  return text += to_base64url(signature);
}

bool verify_schnorr(std::string_view public_key, std::string_view message, std::string_view signature) {
  const Curve curve;
  if (signature.size() != kPointSize - 1 + kScalarSize) return false;
  const Point key = curve.decoded(public_key);
  const std::string point = "\x04" + std::string(signature.substr(0, kPointSize - 1));
  const Number answer = Curve::number(signature.substr(kPointSize - 1));
  if (key == nullptr || curve.decoded(point) == nullptr || BN_cmp(answer.get(), curve.order()) >= 0)
    return false;
  const Number challenge = challenge_of(curve, point, public_key, message);
  return curve.encoded(curve.multiple(answer.get(), key.get(), challenge.get()).get()) == point;
}

}  // namespace contactor::crypto
