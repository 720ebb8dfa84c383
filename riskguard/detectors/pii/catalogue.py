"""Every recogniser that ships."""

from __future__ import annotations

from riskguard.detectors.pii.bank_card import BANK_CARD
from riskguard.detectors.pii.birth_date import BIRTH_DATE
from riskguard.detectors.pii.coordinates import COORDINATES
from riskguard.detectors.pii.email import EMAIL
from riskguard.detectors.pii.home_return_permit import HOME_RETURN_PERMIT
from riskguard.detectors.pii.hong_kong_id import HONG_KONG_ID
from riskguard.detectors.pii.id_card import ID_CARD
from riskguard.detectors.pii.ip import IP
from riskguard.detectors.pii.landline import LANDLINE
from riskguard.detectors.pii.licence_plate import LICENCE_PLATE
from riskguard.detectors.pii.macau_id import MACAU_ID
from riskguard.detectors.pii.mainland_pass import MAINLAND_PASS
from riskguard.detectors.pii.mobile import MOBILE
from riskguard.detectors.pii.org_code import ORG_CODE
from riskguard.detectors.pii.passport import PASSPORT
from riskguard.detectors.pii.qq import QQ
from riskguard.detectors.pii.recogniser import Recogniser
from riskguard.detectors.pii.taiwan_compatriot_permit import TAIWAN_COMPATRIOT_PERMIT
from riskguard.detectors.pii.taiwan_id import TAIWAN_ID
from riskguard.detectors.pii.wechat import WECHAT

RECOGNISERS: tuple[Recogniser, ...] = (
    ID_CARD,
    BANK_CARD,
    MOBILE,
    LANDLINE,
    EMAIL,
    WECHAT,
    QQ,
    LICENCE_PLATE,
    PASSPORT,
    MAINLAND_PASS,
    HOME_RETURN_PERMIT,
    TAIWAN_COMPATRIOT_PERMIT,
    HONG_KONG_ID,
    MACAU_ID,
    TAIWAN_ID,
    BIRTH_DATE,
    COORDINATES,
    IP,
    ORG_CODE,
)
