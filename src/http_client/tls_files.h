#pragma once

#include <string>

namespace contactor::http_client {

/// What a transport trusts and how it shows itself; all PEM, empty where not used.
struct TlsFiles {
  std::string ca_file;                  ///< trusted instead of the system's authorities
  std::string crl_file;                 ///< revocation lists; read anew when the file changes
  std::string client_certificate_file;  ///< with its chain, shown to servers that ask
  std::string client_key_file;          ///< belongs to the certificate; without a passphrase
};

}  // namespace contactor::http_client
