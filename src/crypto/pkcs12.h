#pragma once

#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"
#include "base/secret.h"

namespace contactor::crypto {

/// The private key of a PKCS#12 container (RFC 7292), as PEM without a passphrase.
/// @param bytes  the container as DER, as base64 of it with any line breaks, or as PEM; a PEM file that holds
///               the key itself, locked or not, is read too. At most 256 KiB.
/// @param now    its certificate, where it has one, must not have expired by then.
/// @errors  invalid, each with one clear sentence: not such a container, locked and no password given, the
///          wrong password, no key in it, an expired certificate. Never says what is in it.
[[nodiscard]] Result<Secret> read_pkcs12(std::string_view bytes, const Secret& password, Instant now);
/// The same from a file. @errors  invalid as well: it cannot be read, or everybody on the machine can.
[[nodiscard]] Result<Secret> read_pkcs12_file(const std::string& path, const Secret& password, Instant now);

}  // namespace contactor::crypto
