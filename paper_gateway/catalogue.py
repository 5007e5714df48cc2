"""The contracts the paper gateway knows, as plain data; `contracts.py` gives them a shape.

conIds, ISINs, listings and names are the real ones where they are publicly known. A conId from
`FIRST_SYNTHETIC_CON_ID` upward is made up, because the real one is not known for certain, and no
such conId exists at IB. Prices, volatilities and volumes are rough starting values of a synthetic
market. This file holds no logic.
"""

FIRST_SYNTHETIC_CON_ID = 900_000_001

# Columns: symbol, conId, ISIN, primary exchange, sector, price, annual volatility as a fraction
# (0.25 = 25 %), millions of shares per day, long name.
STOCKS = """
AAPL  265598     US0378331005 NASDAQ tech      228.00 0.26   55.0  APPLE INC
ABNB  459530964  US0090661010 NASDAQ retail    131.00 0.38    5.0  AIRBNB INC-CLASS A
ACN   67889930   IE00B4BNMY34 NYSE   software  352.00 0.24    2.6  ACCENTURE PLC-CL A
ADBE  265768     US00724F1012 NASDAQ software  442.00 0.34    3.5  ADOBE INC
AMAT  266093     US0382221051 NASDAQ chips     168.00 0.42    6.5  APPLIED MATERIALS INC
AMD   4391       US0079031078 NASDAQ chips     122.00 0.48   38.0  ADVANCED MICRO DEVICES
AMZN  3691937    US0231351067 NASDAQ retail    222.00 0.31   36.0  AMAZON.COM INC
AVGO  313130367  US11135F1012 NASDAQ chips     228.00 0.45   27.0  BROADCOM INC
BA    4762       US0970231058 NYSE   industry  172.00 0.36    8.5  BOEING CO/THE
BABA  166090175  US01609W1027 NYSE   retail     86.00 0.42   15.0  ALIBABA GROUP HOLDING-SP ADR
BAC   10098      US0605051046 NYSE   bank       45.50 0.25   34.0  BANK OF AMERICA CORP
C     87335484   US1729674242 NYSE   bank       73.00 0.28   14.0  CITIGROUP INC
CAT   5437       US1491231015 NYSE   industry  362.00 0.28    2.7  CATERPILLAR INC
CMCSA 267748     US20030N1019 NASDAQ media      37.50 0.26   22.0  COMCAST CORP-CLASS A
COIN  481691285  US19260Q1076 NASDAQ finance   262.00 0.80    9.5  COINBASE GLOBAL INC -CLASS A
COST  900000001  US22160K1051 NASDAQ retail    930.00 0.22    1.9  COSTCO WHOLESALE CORP
CRM   900000002  US79466L3024 NYSE   software  332.00 0.33    6.0  SALESFORCE INC
CSCO  268084     US17275R1023 NASDAQ hardware   59.50 0.21   17.0  CISCO SYSTEMS INC
CVX   5684       US1667641005 NYSE   energy    152.00 0.23    8.0  CHEVRON CORP
DIS   6459       US2546871060 NYSE   media     111.00 0.28    8.5  WALT DISNEY CO/THE
F     9599491    US3453708600 NYSE   auto       10.20 0.34   60.0  FORD MOTOR CO
FDX   5100583    US31428X1063 NYSE   industry  272.00 0.32    1.7  FEDEX CORP
GE    498843743  US3696043013 NYSE   industry  178.00 0.29    5.2  GENERAL ELECTRIC
GILD  269753     US3755581036 NASDAQ health     92.00 0.25    6.5  GILEAD SCIENCES INC
GM    80986742   US37045V1008 NYSE   auto       52.00 0.34   13.0  GENERAL MOTORS CO
GME   36285627   US36467W1099 NYSE   retail     28.50 0.80    9.0  GAMESTOP CORP-CLASS A
GOOG  208813720  US02079K1079 NASDAQ media     193.00 0.30   17.0  ALPHABET INC-CL C
GOOGL 208813719  US02079K3059 NASDAQ media     191.50 0.30   25.0  ALPHABET INC-CL A
GS    4627828    US38141G1040 NYSE   finance   578.00 0.27    2.1  GOLDMAN SACHS GROUP INC
HD    900000003  US4370761029 NYSE   retail    392.00 0.22    3.3  HOME DEPOT INC
HOOD  504546674  US7707001027 NASDAQ finance    41.00 0.70   24.0  ROBINHOOD MARKETS INC - A
IBM   8314       US4592001014 NYSE   software  222.00 0.22    4.0  INTL BUSINESS MACHINES CORP
INTC  270639     US4581401001 NASDAQ chips      21.50 0.48   70.0  INTEL CORP
JNJ   900000004  US4781601046 NYSE   health    145.00 0.17    8.0  JOHNSON & JOHNSON
JPM   1520593    US46625H1005 NYSE   bank      242.00 0.23    8.8  JPMORGAN CHASE & CO
KMI   83975037   US49456B1017 NYSE   energy     27.50 0.22   14.0  KINDER MORGAN INC
KO    8894       US1912161007 NYSE   food       62.50 0.15   15.0  COCA-COLA CO/THE
LLY   9160       US5324571083 NYSE   health    782.00 0.34    3.4  ELI LILLY & CO
MA    900000005  US57636Q1040 NYSE   finance   522.00 0.20    2.5  MASTERCARD INC - A
MCD   900000006  US5801351017 NYSE   retail    292.00 0.18    3.0  MCDONALD'S CORP
META  107113386  US30303M1027 NASDAQ media     602.00 0.35   13.0  META PLATFORMS INC-CLASS A
MO    9769       US02209S1033 NYSE   food       52.50 0.19    9.0  ALTRIA GROUP INC
MRNA  344809106  US60770K1079 NASDAQ health     41.00 0.65    9.0  MODERNA INC
MS    2841574    US6174464486 NYSE   finance   127.00 0.27    6.0  MORGAN STANLEY
MSFT  272093     US5949181045 NASDAQ software  422.00 0.23   21.0  MICROSOFT CORP
MU    9939       US5951121038 NASDAQ chips      98.00 0.48   21.0  MICRON TECHNOLOGY INC
NFLX  15124833   US64110L1061 NASDAQ media     882.00 0.35    3.6  NETFLIX INC
NKE   10291      US6541061031 NYSE   retail     75.50 0.32   11.0  NIKE INC -CL B
NVDA  4815747    US67066G1040 NASDAQ chips     136.00 0.48  210.0  NVIDIA CORP
ORCL  272800     US68389X1054 NYSE   software  168.00 0.33    9.0  ORACLE CORP
OXY   10880      US6745991058 NYSE   energy     48.50 0.30   10.0  OCCIDENTAL PETROLEUM CORP
PEP   900000007  US7134481081 NASDAQ food      152.00 0.17    6.5  PEPSICO INC
PFE   11031      US7170811035 NYSE   health     26.50 0.24   38.0  PFIZER INC
PG    900000008  US7427181091 NYSE   food      168.00 0.16    6.8  PROCTER & GAMBLE CO/THE
PLTR  444857009  US69608A1088 NASDAQ software   76.00 0.65   70.0  PALANTIR TECHNOLOGIES INC-A
PYPL  199169591  US70450Y1038 NASDAQ finance    87.00 0.36    9.5  PAYPAL HOLDINGS INC
QCOM  273544     US7475251036 NASDAQ chips     157.00 0.35    7.5  QUALCOMM INC
ROKU  290651477  US77543R1023 NASDAQ media      76.00 0.58    3.6  ROKU INC
SBUX  274105     US8552441094 NASDAQ retail     94.00 0.28    8.0  STARBUCKS CORP
SHOP  195014116  CA82509L1076 NASDAQ software  108.00 0.46    8.5  SHOPIFY INC - CLASS A
SNAP  268060148  US83304A1060 NYSE   media      11.30 0.60   24.0  SNAP INC - A
T     37018770   US00206R1023 NYSE   telecom    22.80 0.21   33.0  AT&T INC
TSLA  76792991   US88160R1014 NASDAQ auto      402.00 0.58   85.0  TESLA INC
TSM   6223250    US8740391003 NYSE   chips     201.00 0.36   13.0  TAIWAN SEMICONDUCTOR-SP ADR
UBER  365207014  US90353T1007 NYSE   software   64.00 0.37   20.0  UBER TECHNOLOGIES INC
UNH   900000009  US91324P1021 NYSE   health    512.00 0.26    4.5  UNITEDHEALTH GROUP INC
V     49462172   US92826C8394 NYSE   finance   316.00 0.19    6.0  VISA INC-CLASS A SHARES
VZ    4901       US92343V1044 NYSE   telecom    40.20 0.20   17.0  VERIZON COMMUNICATIONS INC
WFC   10375      US9497461015 NYSE   bank       71.00 0.27   15.0  WELLS FARGO & CO
WMT   13824      US9311421039 NYSE   retail     91.50 0.20   16.0  WALMART INC
XOM   13977      US30231G1022 NYSE   energy    107.00 0.23   15.0  EXXON MOBIL CORP
"""

# The same columns.
FUNDS = """
DIA   73128548   US78467X1090 ARCA   fund      428.00 0.14    3.2  SPDR DJIA TRUST
FXI   31421120   US4642871846 ARCA   fund       30.50 0.30   35.0  ISHARES CHINA LARGE-CAP ETF
GLD   51529211   US78463V1070 ARCA   fund      243.00 0.15    7.0  SPDR GOLD SHARES
HYG   43652089   US4642885135 ARCA   fund       79.00 0.06   33.0  ISHARES IBOXX HIGH YLD CORP
IVV   8991352    US4642872000 ARCA   fund      592.00 0.15    5.0  ISHARES CORE S&P 500 ETF
IWM   9579970    US4642876555 ARCA   fund      222.00 0.21   26.0  ISHARES RUSSELL 2000 ETF
QQQ   320227571  US46090E1038 NASDAQ fund      516.00 0.20   31.0  INVESCO QQQ TRUST SERIES 1
SLV   39039301   US46428Q1094 ARCA   fund       27.20 0.28   18.0  ISHARES SILVER TRUST
SMH   229725622  US92189F6768 NASDAQ fund      246.00 0.34    6.5  VANECK SEMICONDUCTOR ETF
SPY   756733     US78462F1030 ARCA   fund      589.00 0.15   48.0  SPDR S&P 500 ETF TRUST
TLT   15547841   US4642874329 NASDAQ fund       87.50 0.14   38.0  ISHARES 20+ YEAR TREASURY BD
VOO   136155102  US9229083632 ARCA   fund      541.00 0.15    6.0  VANGUARD S&P 500 ETF
VTI   12340041   US9229087690 ARCA   fund      291.00 0.15    3.2  VANGUARD TOTAL STOCK MKT ETF
XLF   4215220    US81369Y6059 ARCA   fund       48.60 0.18   38.0  FINANCIAL SELECT SECTOR SPDR
"""

# Second listings in Toronto: with them a query by symbol alone is truly ambiguous.
# The same columns.
CANADIAN_STOCKS = """
RY    900000011  CA7800871021 TSE    bank      174.00 0.15    4.5  ROYAL BANK OF CANADA
SHOP  900000012  CA82509L1076 TSE    software  155.00 0.46    1.9  SHOPIFY INC - CLASS A
"""

# Pairs on IDEALPRO. symbol, currency, conId, price, volatility, minTick
CURRENCY_PAIRS: tuple[tuple[str, str, int, float, float, float], ...] = (
    ("AUD", "USD", 14433401, 0.6550, 0.10, 0.00005),
    ("EUR", "USD", 12087792, 1.0850, 0.08, 0.00005),
    ("GBP", "USD", 12087797, 1.2700, 0.09, 0.00005),
    ("USD", "CAD", 15016062, 1.3700, 0.06, 0.00005),
    ("USD", "CHF", 12087820, 0.8850, 0.08, 0.00005),
    ("USD", "JPY", 15016059, 150.00, 0.10, 0.005),
)

CURRENCY_NAMES = {
    "AUD": "Australian dollar",
    "CAD": "Canadian dollar",
    "CHF": "Swiss franc",
    "EUR": "European Monetary Union Euro",
    "GBP": "British pound",
    "JPY": "Japanese yen",
    "USD": "United States dollar",
}

# sector -> industry, category, subcategory, in the words of contractDetails
SECTORS = {
    "auto": ("Consumer, Cyclical", "Auto Manufacturers", "Auto-Cars/Light Trucks"),
    "bank": ("Financial", "Banks", "Diversified Banking Inst"),
    "chips": ("Technology", "Semiconductors", "Electronic Compo-Semicon"),
    "energy": ("Energy", "Oil&Gas", "Oil Comp-Integrated"),
    "finance": ("Financial", "Diversified Finan Serv", "Finance-Other Services"),
    "food": ("Consumer, Non-cyclical", "Beverages", "Food-Misc/Diversified"),
    "fund": ("Funds", "Equity Fund", "Exchange Traded Fund"),
    "hardware": ("Communications", "Telecommunications", "Networking Products"),
    "health": ("Consumer, Non-cyclical", "Pharmaceuticals", "Medical-Drugs"),
    "industry": ("Industrial", "Miscellaneous Manufactur", "Diversified Manufact Op"),
    "media": ("Communications", "Internet", "Internet Content-Entmnt"),
    "retail": ("Consumer, Cyclical", "Retail", "Retail-Misc/Diversified"),
    "software": ("Technology", "Software", "Applications Software"),
    "tech": ("Technology", "Computers", "Computers"),
    "telecom": ("Communications", "Telecommunications", "Telephone-Integrated"),
}

US_EXCHANGES = (
    "SMART,AMEX,NYSE,CBOE,PHLX,ISE,CHX,ARCA,NASDAQ,DRCTEDGE,BEX,BATS,EDGEA,BYX,IEX,EDGX,"
    "FOXRIVER,PEARL,NYSENAT,LTSE,MEMX,IBEOS,OVERNIGHT,PSX"
)
CANADIAN_EXCHANGES = "SMART,TSE,CHIXCA,OMEGA,PURE,ALPHA"
CURRENCY_EXCHANGES = "IDEALPRO"

STOCK_ORDER_TYPES = (
    "ACTIVETIM,AD,ADJUST,ALERT,ALGO,ALLOC,AON,AVGCOST,BASKET,CASHQTY,COND,CONDORDER,DARKONLY,"
    "DARKPOLL,DAY,DEACT,DEACTDIS,DEACTEOD,DIS,DUR,GAT,GTC,GTD,GTT,HID,IBKRATS,ICE,IMB,IOC,LIT,"
    "LMT,LOC,MIDPX,MIT,MKT,MOC,MTL,NGCOMB,NODARK,NONALGO,OCA,OPG,OPGREROUT,PEGBENCH,PEGMID,"
    "POSTATS,POSTONLY,PREOPGRTH,PRICECHK,REL,REL2MID,RELPCTOFS,RPI,RTH,SCALE,SCALEODD,SCALERST,"
    "SIZECHK,SNAPMID,SNAPMKT,SNAPREL,STP,STPLMT,SWEEP,TRAIL,TRAILLIT,TRAILLMT,TRAILMIT,WHATIF"
)
CURRENCY_ORDER_TYPES = (
    "ACTIVETIM,AD,ADJUST,ALERT,ALGO,ALLOC,AVGCOST,BASKET,CASHQTY,COND,CONDORDER,DAY,DEACT,"
    "DEACTDIS,DEACTEOD,GAT,GTC,GTD,GTT,HID,IOC,LIT,LMT,MIT,MKT,NONALGO,OCA,REL,RELPCTOFS,SCALE,"
    "SCALERST,STP,STPLMT,TRAIL,TRAILLIT,TRAILLMT,TRAILMIT,WHATIF"
)

CRYPTO_EXCHANGE = "PAXOS"
CRYPTO_ORDER_TYPES = "ACTIVETIM,ALERT,CASHQTY,COND,CONDORDER,DAY,GTC,IOC,LMT,MKT,NONALGO,WHATIF"
OPTION_EXCHANGES = "SMART,AMEX,CBOE,PHLX,ISE,BOX,NASDAQOM,BATS"
OPTION_ORDER_TYPES = (
    "ACTIVETIM,ADJUST,ALERT,ALGO,AON,COND,CONDORDER,DAY,GAT,GTC,GTD,GTT,IOC,LIT,LMT,MIT,MKT,MTL,"
    "NGCOMB,NONALGO,OCA,OPG,REL,RELPCTOFS,SCALE,STP,STPLMT,TRAIL,TRAILLIT,TRAILLMT,TRAILMIT,WHATIF"
)
FUTURE_ORDER_TYPES = (
    "ACTIVETIM,AD,ADJUST,ALERT,ALGO,COND,CONDORDER,DAY,GAT,GTC,GTD,GTT,IOC,LIT,LMT,MIT,MKT,MTL,"
    "NGCOMB,NONALGO,OCA,SCALE,STP,STPLMT,TRAIL,TRAILLIT,TRAILLMT,TRAILMIT,WHATIF"
)

# Cryptocurrencies. symbol, conId, price, volatility, minTick, market rule, name
COINS: tuple[tuple[str, int, float, float, float, str, str], ...] = (
    ("BTC", 479624278, 92_000.0, 0.55, 0.25, "244", "Bitcoin cryptocurrency"),
    ("ETH", 495759171, 3_100.0, 0.65, 0.01, "245", "Ethereum cryptocurrency"),
)

# The contracts of a far year, so that none of them ends while the gateway is in use. symbol,
# exchange, local symbol, conId, last trade date, multiplier, price, volatility, minTick, market
# rule, name
FUTURES: tuple[tuple[str, str, str, int, str, str, float, float, float, str, str], ...] = (
    ("ES", "CME", "ESU9", 900000101, "20290921", "50", 6_010.0, 0.15, 0.25, "244",
     "E-mini S&P 500"),
    ("ES", "CME", "ESZ9", 900000102, "20291221", "50", 6_060.0, 0.15, 0.25, "244",
     "E-mini S&P 500"),
    ("GC", "COMEX", "GCZ9", 900000103, "20291227", "100", 2_650.0, 0.15, 0.1, "246", "Gold"),
    ("CL", "NYMEX", "CLZ9", 900000104, "20291119", "1000", 70.0, 0.35, 0.01, "245",
     "Light Sweet Crude Oil"),
)  # fmt: skip

# Some options of a far year. symbol, conId of the underlying, name, market rule, last trade dates,
# strikes, and the reference prices of call and put by strike. They have paths of their own: they do
# not follow their underlying.
FIRST_OPTION_CON_ID = 900_000_201
OPTIONS: tuple[
    tuple[
        str, int, str, str, tuple[str, ...], tuple[float, ...], dict[float, tuple[float, float]]
    ],
    ...,
] = (
    ("AAPL", 265598, "APPLE INC", "242", ("20290119", "20290615"), (220.0, 230.0, 240.0),
     {220.0: (21.5, 12.5), 230.0: (16.0, 17.0), 240.0: (11.5, 22.5)}),
    ("SPY", 756733, "SPDR S&P 500 ETF TRUST", "243", ("20290119",), (580.0, 590.0),
     {580.0: (34.0, 24.0), 590.0: (28.0, 29.0)}),
)  # fmt: skip

# rule id -> ((low edge, increment), ...). 26 and 239 are IB's numbers for US stocks and for
# dollar pairs; those from 240 on are the paper gateway's own: pairs quoted in yen, options in
# steps of a cent below 3 dollars and of five above, options in cents, and contracts with one
# step only.
MARKET_RULES: dict[int, tuple[tuple[float, float], ...]] = {
    26: ((0.0, 0.0001), (1.0, 0.01)),
    239: ((0.0, 0.00005),),
    240: ((0.0, 0.005),),
    242: ((0.0, 0.01), (3.0, 0.05)),
    243: ((0.0, 0.01),),
    244: ((0.0, 0.25),),
    245: ((0.0, 0.01),),
    246: ((0.0, 0.1),),
}
