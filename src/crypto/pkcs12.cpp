#include "crypto/pkcs12.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>

#include "crypto/encoding.h"

namespace contactor::crypto {
namespace {

constexpr std::size_t kBytesMax = 256 * 1024;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(PKCS12* container) const { PKCS12_free(container); }
  void operator()(OSSL_LIB_CTX* context) const { OSSL_LIB_CTX_free(context); }
  void operator()(OSSL_PROVIDER* provider) const { OSSL_PROVIDER_unload(provider); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

std::unexpected<Error> refuse(std::string why) {
  ERR_clear_error();
  return fail(ErrorKind::invalid, "pkcs12", std::move(why));
}

/// Containers of old tools are locked with RC2 or triple DES, which OpenSSL 3 keeps in its legacy provider.
/// It is asked for here only, so that nothing else can use such algorithms.
struct Library {
  Owned<OSSL_LIB_CTX> context{OSSL_LIB_CTX_new()};
  Owned<OSSL_PROVIDER> usual{OSSL_PROVIDER_load(context.get(), "default")};
  Owned<OSSL_PROVIDER> legacy{OSSL_PROVIDER_load(context.get(), "legacy")};  ///< null: not installed
};

Owned<BIO> over(std::string_view bytes) {
  return Owned<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string without_blanks(std::string_view text) {
  std::string packed;
  std::ranges::copy_if(text, std::back_inserter(packed),
                       [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
  return packed;
}

/// The container's DER, whichever of its three clothes it wears.
Result<std::string> der_of(std::string_view bytes) {
  if (bytes.starts_with('\x30')) {
    // A base64 text may begin with '0' too, and it has no byte that is not text.
    const bool is_text = std::ranges::all_of(bytes, [](char c) { return c >= '\t' && c < '\x7f'; });
    if (!is_text) return std::string(bytes);
  }
  if (const auto begin = bytes.find("-----BEGIN PKCS12-----"); begin != std::string_view::npos) {
    bytes.remove_prefix(begin + 22);
    bytes = bytes.substr(0, bytes.find("-----END"));
  }
  auto der = from_base64(without_blanks(bytes));
  if (!der) return refuse("it is neither DER nor base64 nor PEM");
  return std::move(*der);
}

Result<Secret> to_pem(EVP_PKEY* key) {
  const Owned<BIO> out(BIO_new(BIO_s_secmem()));
  char* text = nullptr;
  if (PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return refuse("its private key cannot be written");
  const long size = BIO_get_mem_data(out.get(), &text);
  return Secret(std::string(text, static_cast<std::size_t>(size)));
}

Status check_certificate(X509* certificate, Instant now) {
  if (certificate == nullptr) return {};
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
    return refuse("its certificate has no readable end");
  const auto ends_at = Instant::from_millis(static_cast<std::int64_t>(timegm(&end)) * 1000);
  if (ends_at <= now) return refuse("its certificate expired on " + to_rfc3339(ends_at).substr(0, 10));
  return {};
}

std::string wrong_password(const Secret& password) {
  return password.empty() ? "it is locked, and no password is given" : "the password does not open it";
}

int give_password(char* buffer, int size, int, void* password) {
  const auto& text = static_cast<const Secret*>(password)->reveal();
  if (text.empty() || text.size() > static_cast<std::size_t>(size)) return -1;
  std::ranges::copy(text, buffer);
  return static_cast<int>(text.size());
}

/// A PEM file with the key itself, and perhaps its certificate.
Result<Secret> read_pem(std::string_view text, const Secret& password, Instant now) {
  Secret copy = password;
  const auto bio = over(text);
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password, &copy));
  if (key == nullptr) {
    const bool is_locked = text.find("ENCRYPTED") != std::string_view::npos;
    return refuse(is_locked ? wrong_password(password) : "there is no private key in it");
  }
  const auto again = over(text);
  const Owned<X509> certificate(PEM_read_bio_X509(again.get(), nullptr, nullptr, nullptr));
  CTR_CHECK(check_certificate(certificate.get(), now));
  ERR_clear_error();
  return to_pem(key.get());
}

}  // namespace

Result<Secret> read_pkcs12(std::string_view bytes, const Secret& password, Instant now) {
  if (bytes.empty() || bytes.size() > kBytesMax) return refuse("it is empty or too large");
  if (bytes.find("PRIVATE KEY-----") != std::string_view::npos) return read_pem(bytes, password, now);
  CTR_TRY(der, der_of(bytes));
  const Library library;
  const auto bio = over(der);
  Owned<PKCS12> container(PKCS12_init_ex(NID_pkcs7_data, library.context.get(), nullptr));
  // OpenSSL fills in what it is given, or frees it and gives nothing back.
  PKCS12* raw = container.release();
  container.reset(d2i_PKCS12_bio(bio.get(), &raw));
  if (container == nullptr) return refuse("it is not a PKCS#12 container");
  const char* word = password.reveal().c_str();
  if (PKCS12_mac_present(container.get()) == 1 && PKCS12_verify_mac(container.get(), word, -1) != 1)
    return refuse(wrong_password(password));
  EVP_PKEY* raw_key = nullptr;
  X509* raw_certificate = nullptr;
  const bool is_open = PKCS12_parse(container.get(), word, &raw_key, &raw_certificate, nullptr) == 1;
  const Owned<EVP_PKEY> key(raw_key);
  const Owned<X509> certificate(raw_certificate);
  if (!is_open)
    return refuse(library.legacy == nullptr
                      ? "it cannot be opened; it may need OpenSSL's legacy provider, which is not installed"
                      : "it cannot be opened");
  if (key == nullptr) return refuse("there is no private key in it");
  CTR_CHECK(check_certificate(certificate.get(), now));
  ERR_clear_error();
  return to_pem(key.get());
}

Result<Secret> read_pkcs12_file(const std::string& path, const Secret& password, Instant now) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return refuse("there is no file " + path);
  if ((about.st_mode & (S_IROTH | S_IWOTH)) != 0)
    return refuse(path + " can be read by everybody on this machine: chmod 600 it");
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::min<std::size_t>(static_cast<std::size_t>(about.st_size), kBytesMax + 1), '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    return refuse(path + " cannot be read");
  auto key = read_pkcs12(bytes, password, now);
  if (!key) key.error().detail = path + ": " + key.error().detail;
  return key;
}

}  // namespace contactor::crypto
