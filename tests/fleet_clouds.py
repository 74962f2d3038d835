"""What an operator configures to work against the simulated makers' clouds, keys included."""

import base64
import os
import subprocess

CLIENT = "contactor"
SECRET = "fleet-secret"
ORGANISATION = "fleet-org"
API_KEY = "fleet-key"


def openssl(*arguments):
    subprocess.run(("openssl", *arguments), check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=30)


def make_elliptic_key(path):
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path)
    os.chmod(path, 0o600)
    return path


def make_authority(path):
    """A certificate that vehicles are told to trust."""
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path + ".key", "-out", path, "-days", "30",
            "-subj", "/CN=telemetry")
    return path


def make_key_container(path, password=SECRET):
    """A PKCS#12 container as base64, as people keep it in a text file."""
    key, certificate, container = path + ".key", path + ".crt", path + ".p12"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "30",
            "-subj", "/CN=fleet")
    openssl("pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", container, "-passout", "pass:" + password)
    with open(container, "rb") as file:
        text = base64.encodebytes(file.read())
    with open(path, "wb") as file:
        file.write(text)
    os.chmod(path, 0o600)
    return path


def clouds_in(world_url, folder):
    """The variables of all seven clouds."""
    return {
        "TESLA_CLIENT_ID": CLIENT,
        "TESLA_CLIENT_SECRET": SECRET,
        "TESLA_AUTH_URL": world_url + "/tesla-auth/oauth2/v3/token",
        "TESLA_BASE_URL": world_url + "/tesla",
        "TESLA_KEY_FILE": make_elliptic_key(os.path.join(folder, "tesla.pem")),
        "TESLA_AUTH_CODES": "depot=consent",
        "FLEET_TELEMETRY_HOSTNAME": "telemetry.example.org",
        "FLEET_TELEMETRY_CERT_PATH": make_authority(os.path.join(folder, "telemetry.pem")),
        "BMW_AUTH_URL": world_url + "/bmw-auth",
        "BMW_BASE_URL": world_url + "/bmw",
        "BMW_CLIENT_ID": CLIENT,
        "BMW_FLEET_ID": ORGANISATION,
        "BMW_CLIENT_USERNAME": CLIENT,
        "BMW_CLIENT_PASSWORD": SECRET,
        "RENAULT_KID": "key-1",
        "RENAULT_AUD": world_url + "/renault-auth/token",
        "RENAULT_CLIENT": CLIENT,
        "RENAULT_SCOPE": "fleet",
        "RENAULT_PWD": SECRET,
        "RENAULT_PKCS12_FILE": make_key_container(os.path.join(folder, "pkcs12.txt")),
        "RENAULT_BASE_URL": world_url + "/renault",
        "RENAULT_API_KEY": API_KEY,
        "STELLANTIS_BASE_URL": world_url + "/stellantis",
        "STELLANTIS_EMAIL": CLIENT,
        "STELLANTIS_PASSWORD": SECRET,
        "STELLANTIS_COMPANY_ID": ORGANISATION,
        "STELLANTIS_FLEET_ID": ORGANISATION,
        "VW_AUTH_URL": world_url + "/vw-auth",
        "VW_BASE_URL": world_url + "/vw",
        "VW_ORGANIZATION_ID": ORGANISATION,
        "VW_CLIENT_USERNAME": CLIENT,
        "VW_CLIENT_PASSWORD": SECRET,
        "KIA_AUTH_URL": world_url + "/kia-auth/oauth2/token",
        "KIA_BASE_URL": world_url + "/kia",
        "KIA_API_USERNAME": CLIENT,
        "KIA_API_PWD": SECRET,
        "KIA_API_KEY": API_KEY,
        "HM_BASE_URL": world_url + "/hm",
        "HM_AUTH_URL": world_url + "/hm-auth/v1/access_tokens",
        "HM_CLIENT_ID": CLIENT,
        "HM_CLIENT_SECRET": SECRET,
    }
