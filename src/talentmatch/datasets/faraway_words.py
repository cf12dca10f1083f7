"""Fields far from the layout: people who wrote to the district all the same."""

__all__ = ["FARAWAY"]

FARAWAY = """
[pure mathematics] research
roles: Lecturer in Mathematics | Research Fellow, Algebra = 数学讲师
study: mathematics = 数学
tools: LaTeX | SageMath | Magma
latin: arXiv | MathSciNet
- algebraic geometry | moduli spaces = 代数几何 | 模空间
- number theory | modular forms = 数论 | 模形式
- representation theory | Lie algebras = 表示论 | 李代数
- homological algebra | category theory = 同调代数
- knot invariants | low-dimensional topology = 纽结不变量 | 低维拓扑

[marine biology] research
roles: Marine Biologist | Research Associate, Coastal Ecology = 海洋生物学家
study: marine biology = 海洋生物学
tools: R | ArcGIS | PRIMER
latin: eDNA | CTD | CITES
- coral reef surveys | benthic communities = 珊瑚礁调查 | 底栖群落
- plankton sampling | zooplankton dynamics = 浮游生物采样
- fish stock assessment | fisheries ecology = 渔业资源评估
- marine protected areas | species conservation = 海洋保护区
- seagrass meadows | coastal carbon = 海草床

[modern history] research
roles: Historian | Lecturer in History | Archivist = 历史学讲师
study: history = 历史学
tools: Zotero | Transkribus
latin: JSTOR | TEI
- archival research | nineteenth-century diaries = 档案研究 | 十九世纪日记
- oral history | interviews with witnesses = 口述史
- trade history of the Baltic | merchant letters = 波罗的海贸易史
- museum exhibitions | heritage education = 博物馆展览
- palaeography | manuscript cataloguing = 古文书学 | 手稿编目

[dentistry] practice
roles: Dentist | Orthodontist | Dental Surgeon = 牙科医生
study: dental medicine = 口腔医学
tools: CEREC | Dentrix
latin: CBCT | TMJ
- root canal treatment | endodontics = 根管治疗
- orthodontic aligners | malocclusion = 隐形矫治
- dental implants | bone grafting = 种植牙
- periodontal care | oral hygiene = 牙周治疗
- paediatric patients | preventive dentistry = 儿童口腔

[culinary arts] practice
roles: Executive Chef | Pastry Chef | Restaurant Manager = 行政总厨
study: culinary arts = 烹饪
tools: MS Office | POS
latin: HACCP | WSET
- menu planning | seasonal dishes = 菜单设计
- pastry and desserts | chocolate work = 西点甜品
- kitchen brigades | banquet service = 厨房团队 | 宴会
- food cost control | supplier tasting = 餐饮成本
- wine pairing | cellar stock = 配酒

[financial law] practice
roles: Associate, Banking Law | Legal Counsel, Finance = 金融法务
study: law = 法学
tools: Westlaw | LexisNexis
latin: LLM | AML | IFRS
- syndicated loans | loan documentation = 银团贷款
- securities regulation | prospectus drafting = 证券监管 | 招股书
- bank insolvency | restructuring = 银行破产
- anti-money-laundering | compliance opinions = 反洗钱
- fund formation | limited partnerships = 基金设立

[music performance] practice
roles: Violinist | Music Teacher | Conductor = 音乐教师
study: music = 音乐学
tools: Sibelius | Logic Pro
latin: ABRSM | MIDI
- chamber music | string quartet = 室内乐 | 弦乐四重奏
- orchestral auditions | concert seasons = 乐团演出
- aural training | music theory = 视唱练耳
- choir rehearsals | vocal coaching = 合唱排练

[veterinary medicine] practice
roles: Veterinarian | Equine Vet = 兽医
study: veterinary medicine = 兽医学
tools: MS Office | DICOM
latin: PCR | BVA
- small animal surgery | anaesthesia of dogs = 小动物外科
- herd health | dairy cattle = 牛群健康
- equine lameness | joint imaging = 马匹跛行
- zoonoses | vaccination of livestock = 人畜共患病

[clinical psychology] practice
roles: Clinical Psychologist | Counsellor = 临床心理师
study: psychology = 心理学
tools: SPSS | NVivo
latin: CBT | DSM-5 | EMDR
- cognitive behavioural therapy | anxiety disorders = 认知行为治疗
- psychological assessment | test batteries = 心理测评
- trauma counselling | group sessions = 创伤咨询
- child development | family therapy = 儿童发展 | 家庭治疗

[nursing] practice
roles: Registered Nurse | Ward Sister = 注册护士
study: nursing = 护理学
tools: EPR | MS Office
latin: ICU | BLS | NMC
- intensive care | patient monitoring = 重症监护
- wound dressing | infection control = 伤口护理 | 院感
- discharge planning | care plans = 出院计划
- medication rounds | palliative care = 给药 | 安宁疗护

[agronomy] research
roles: Agronomist | Crop Scientist = 农艺师
study: agronomy = 农学
tools: R | QGIS | eCognition
latin: NDVI | GMO | QTL
- wheat breeding | drought tolerance = 小麦育种 | 抗旱
- soil fertility | nitrogen balance = 土壤肥力
- pest management | crop protection = 病虫害防治
- irrigation scheduling | field trials = 灌溉 | 田间试验

[astronomy] research
roles: Astronomer | Postdoctoral Researcher, Astrophysics = 天文学博士后
study: astrophysics = 天体物理
tools: Python | IRAF | TOPCAT
latin: ALMA | FITS | JWST
- stellar spectroscopy | chemical abundances = 恒星光谱
- exoplanet transits | light curves = 系外行星凌星
- galaxy surveys | redshift catalogues = 星系巡天
- radio interferometry | black hole imaging = 射电干涉

[journalism] practice
roles: Journalist | Science Editor = 记者
study: journalism = 新闻学
tools: InDesign | WordPress | Premiere
latin: APA | CMS
- investigative reporting | court coverage = 调查报道
- podcast production | radio features = 播客制作
- copy editing | headline writing = 文字编辑
- press freedom | media ethics = 媒体伦理

[hotel and tourism management] practice
roles: Hotel Manager | Tourism Consultant = 酒店经理
study: hospitality management = 酒店管理
tools: OPERA PMS | Excel
latin: MICE | RevPAR | KPI
- guest relations | front office = 宾客关系 | 前厅
- revenue management of rooms | booking platforms = 客房收益管理
- event catering | wedding planning = 活动策划
- tour packages | destination marketing = 旅游产品 | 目的地营销

[early childhood education] practice
roles: Kindergarten Teacher | Preschool Director = 幼儿园教师
study: early childhood education = 学前教育
tools: MS Office | Canva
latin: EYFS | IB PYP
- play-based learning | story time = 游戏化学习
- language acquisition | phonics = 语言习得 | 自然拼读
- parent meetings | learning journals = 家长沟通
- inclusive classrooms | special needs = 融合教育

[linguistics] research
roles: Linguist | Translator | Language Teacher = 语言学讲师 | 翻译
study: linguistics = 语言学
tools: Praat | Trados | ELAN
latin: CEFR | IPA | TESOL
- phonology | tone languages = 音系学 | 声调语言
- endangered languages | fieldwork recordings = 濒危语言 | 田野录音
- literary translation | subtitling = 文学翻译 | 字幕
- corpus annotation | syntax = 语料标注 | 句法

[fashion design] practice
roles: Fashion Designer | Pattern Cutter = 服装设计师
study: fashion design = 服装设计
tools: Illustrator | CLO 3D | Photoshop
latin: RTW | SKU
- draping | pattern cutting = 立体裁剪 | 打版
- collection concepts | trend boards = 系列设计
- knitwear | fabric sourcing = 针织 | 面料采购
- fashion shows | styling = 时装秀

[sports science] practice
roles: Sports Scientist | Physiotherapist | Athletic Coach = 体能教练
study: sports science = 运动科学
tools: Catapult | SPSS
latin: VO2max | EMG | ACL
- strength training | periodisation = 力量训练
- injury rehabilitation | knee injuries = 损伤康复
- gait analysis | running economy = 步态分析
- match analysis | youth academies = 比赛分析

[film and theatre] practice
roles: Film Director | Stage Manager | Screenwriter = 影视编导
study: film studies = 电影学
tools: Final Cut | DaVinci Resolve
latin: DCP | VFX
- documentary film | location shooting = 纪录片
- script development | storyboards = 剧本 | 分镜
- stage lighting | set building = 舞台灯光
- film festivals | distribution of films = 电影节

[macroeconomics] research
roles: Economist | Research Analyst, Monetary Policy = 宏观经济研究员
study: economics = 经济学
tools: Stata | R | EViews
latin: DSGE | GDP | VAR | IMF
- monetary policy | inflation expectations = 货币政策 | 通胀预期
- public debt | fiscal rules = 公共债务
- labour markets | wage panels = 劳动力市场
- development economics | household surveys = 发展经济学

[political science] research
roles: Policy Analyst | Lecturer in Politics = 政策研究员
study: political science = 政治学
tools: SPSS | NVivo
latin: NGO | UN | OECD
- comparative politics | party systems = 比较政治
- election surveys | voter turnout = 选举调查
- refugee policy | human rights = 难民政策
- local government | public consultation = 地方治理

[geology] research
roles: Geologist | Palaeontologist = 地质学家
study: geology = 地质学
tools: ArcGIS | Leapfrog | XRF
latin: GPR | SHRIMP | GIS
- stratigraphy | sedimentary basins = 地层学 | 沉积盆地
- volcanic rocks | isotope dating = 火山岩 | 同位素测年
- fossil vertebrates | museum collections = 脊椎动物化石
- groundwater mapping | slope stability = 地下水填图

[landscape architecture] practice
roles: Landscape Architect | Urban Designer = 景观设计师
study: landscape architecture = 风景园林
tools: SketchUp | AutoCAD | Rhino
latin: GIS | LEED
- park design | planting plans = 公园设计 | 种植设计
- stormwater gardens | green roofs = 雨水花园
- public squares | street furniture = 城市广场
- heritage gardens | site surveys = 历史园林

[oncology research] research
roles: Cancer Biologist | Postdoctoral Fellow, Immunology = 肿瘤学研究员
study: molecular biology = 分子生物学
tools: FlowJo | GraphPad | ImageJ
latin: CRISPR | qPCR | CAR-T | ELISA
- tumour immunology | checkpoint inhibitors = 肿瘤免疫
- gene editing | mouse models = 基因编辑 | 小鼠模型
- cell culture | flow cytometry = 细胞培养 | 流式细胞术
- clinical trials | biomarkers = 临床试验 | 生物标志物
"""
